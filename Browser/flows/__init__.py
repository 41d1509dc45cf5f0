"""The flows, by what a person does in them."""
