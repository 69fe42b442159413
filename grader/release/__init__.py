"""What leaves the house: complete grades only, to the right person, with no more than a reader may see."""
