"""Anti-corruption layers `<upstream>_to_<downstream>`: what the words of a context, or of others' systems, mean to one.

The listing of this folder says who hears whom, `context_map` how they stand to each other. Where events are heard, a
module offers a Translation of them: event type → handler.
"""
