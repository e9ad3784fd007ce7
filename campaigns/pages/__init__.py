"""The pages of campaigns, and why one number was called or not."""
