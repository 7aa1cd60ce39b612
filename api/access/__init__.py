"""Who may do what over HTTP: logins, roles, units, limits and the record of what was done."""
