"""Public pages for workers, on any phone and without an account: what a union gives, joining, following an application."""
