"""Cost of the hot paths, as ratios and differences within one run."""
