"""Code that jobs share."""
