/// Splits a line into words at blanks, as a shell does.
///
/// `'…'` keeps everything as it is, `"…"` everything but `\"` and `\\`, and `\` outside quotes keeps
/// the next character. Quotes may begin inside a word; `""` is an empty word.
pub fn words(line: &str) -> Result<Vec<String>, SplitError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match char {
            '\'' | '"' => quoted(char, &mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next().ok_or(SplitError::NothingToEscape)?),
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Reads up to the closing `quote`.
fn quoted(quote: char, chars: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), SplitError> {
    loop {
        match chars.next().ok_or(SplitError::UnclosedQuote(quote))? {
            char if char == quote => return Ok(()),
            '\\' if quote == '"' => match chars.next().ok_or(SplitError::UnclosedQuote(quote))? {
                escaped @ ('"' | '\\') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            other => word.push(other),
        }
    }
}

/// `word` so that [`words`] reads it back as one word.
pub fn quote(word: &str) -> String {
    let is_plain = |it: char| !it.is_whitespace() && !matches!(it, '\'' | '"' | '\\');
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::from('"');
    for char in word.chars() {
        if matches!(char, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    quoted
}

/// A line cannot be split into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The line ends after a `\`.
    #[error("nothing follows the \\ at the end of the line")]
    NothingToEscape,
    /// A quote of this kind is opened and not closed.
    #[error("a quotation mark {0} is opened and not closed")]
    UnclosedQuote(char),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        assert_eq!(words(line).expect("balanced"), expected);
    }

    #[test]
    fn blanks_part_words_and_quotes_keep_them() {
        check("", &[]);
        check("  \t ", &[]);
        check(" a  b\tc ", &["a", "b", "c"]);
        check("a \"b c\" 'd \"e'", &["a", "b c", "d \"e"]);
        check("x\"y z\"'w'", &["xy zw"]);
        check("\"\" ''", &["", ""]);
    }

    #[test]
    fn a_backslash_keeps_one_character() {
        check(r"a\ b \' \\", &["a b", "'", r"\"]);
        check(r#""a\"b\\c\d""#, &[r#"a"b\c\d"#]);
        check(r"'a\'", &[r"a\"]);
    }

    #[test]
    fn what_is_opened_must_be_closed() {
        assert_eq!(words("a 'b"), Err(SplitError::UnclosedQuote('\'')));
        assert_eq!(words("a \"b\\\""), Err(SplitError::UnclosedQuote('"')));
        assert_eq!(words("a\\"), Err(SplitError::NothingToEscape));
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(list in prop::collection::vec(any::<String>(), 0..5)) {
            let line: Vec<_> = list.iter().map(|it| quote(it)).collect();
            prop_assert_eq!(words(&line.join(" ")), Ok(list));
        }
    }
}
