"""What is pure: values in, values out."""
