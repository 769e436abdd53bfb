"""Plans, targets, allocation down the tree, assessment and progress."""
