"""What a union body is in daily work: profile, contacts, founding, ending, moving under another superior."""
