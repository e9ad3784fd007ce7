"""What a voice provider can do, in our words. No models, no settings, no Django."""
