"""Every text a person sees, in catalogues by language."""
