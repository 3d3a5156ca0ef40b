package anagrams

object Words:
  private val known = List("listen", "silent", "enlist", "stone", "notes", "onset")

  def of(word: String): List[String] =
    known.filter(other => other != word && other.sorted == word.sorted)
