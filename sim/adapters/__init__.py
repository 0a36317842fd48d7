"""Ports of the domain filled with libraries that not everybody has installed, each imported when it is asked for."""
