"""The words and values between the portal and every provider."""
