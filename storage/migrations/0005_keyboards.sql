-- Keyboards are numbered: new ones lie together at the end, and the sweep that lets old ones go finds them in front.
DROP INDEX nonces_expiry;
