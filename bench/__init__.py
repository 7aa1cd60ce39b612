"""What the product costs, as ratios against a stated rival in the same run. ``python -m bench`` runs all areas."""
