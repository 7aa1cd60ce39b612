"""What the pages show beyond the questions themselves: names, properties, proofs in words, and what stands beside a picture."""
