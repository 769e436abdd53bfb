"""The periodic returns a body owes its superior: made as data, filled by the registers, accepted level by level, frozen."""
