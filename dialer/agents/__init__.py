"""People who sign in at a provider through the portal, and their pages."""
