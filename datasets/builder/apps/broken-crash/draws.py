DRAWS = []
