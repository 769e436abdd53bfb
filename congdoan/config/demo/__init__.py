"""The demonstration: five invented years of union bodies, told first as plain data, then written through the same
actions that screens and imports use. Every person, enterprise and figure in it is made up."""
