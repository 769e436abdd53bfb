"""Lists that everybody shares, as data with sources: territory, sectors, trades, parks, legal parameters."""
