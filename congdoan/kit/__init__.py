"""Tools without models and without union words: lists, pages, documents, Vietnamese text, dates, money, charts."""
