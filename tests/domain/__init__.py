"""What is claimed of the pure rooms."""
