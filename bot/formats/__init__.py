"""File and data formats. Nothing here knows the product: each package could be a library of its own."""
