"""What Clayroom promises about speed, measured against what others wrote. ``python -m benchmarks [names…]``."""
