"""Nouns everybody shares: units, subjects, persons."""
