"""Police posts inside enterprises, parks and scenic areas: proposed by rule, opened by a person, manned with dates."""
