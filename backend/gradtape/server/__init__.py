"""The web door: routes, rules, errors. Nothing below this floor knows HTTP."""
