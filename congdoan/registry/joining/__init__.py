"""Applications to join the union: from a worker's phone to the body that decides, without the employer ever knowing."""
