"""Sample letters: fiction in the state's form, with the labels that a reader of letters must find in them."""
