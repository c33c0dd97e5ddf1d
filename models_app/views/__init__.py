"""The pages of deployed models."""
