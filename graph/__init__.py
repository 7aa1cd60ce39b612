"""What the graph is and where it is kept: schema, values, framework, stores. Imports nothing else of ours."""
