"""The pages of the first app, one file a noun."""
