//! The little of RFC 8785 (canonical JSON) that a record needs, written straight into bytes.

/// Appends `"text"`, cut so that what stands between the quotes is at most `bytes_max` bytes as written.
///
/// A cut text ends in [`CUT_MARK`]. A text that was cut once fits, so writing it again gives the same bytes.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str, bytes_max: usize) {
    out.push(b'"');
    if text.len() <= bytes_max && text.bytes().all(is_plain) {
        out.extend_from_slice(text.as_bytes());
    } else {
        push_escaped(out, text, bytes_max);
    }
    out.push(b'"');
}

/// Whether `byte` stands for itself in a canonical JSON text.
const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

fn push_escaped(out: &mut Vec<u8>, text: &str, bytes_max: usize) {
    let start = out.len();
    let mut cut_at = start;
    for character in text.chars() {
        push_character(out, character);
        let written = out.len() - start;
        if written > bytes_max {
            out.truncate(cut_at);
            out.extend_from_slice(CUT_MARK.as_bytes());
            return;
        }
        if written + CUT_MARK.len() <= bytes_max {
            cut_at = out.len();
        }
    }
}

/// RFC 8785 section 3.2.2.2: two-character escapes where JSON has them, `\u00xx` for other controls, else as is.
fn push_character(out: &mut Vec<u8>, character: char) {
    let mut buffer = [0; 4];
    let written: &[u8] = match character {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\u{8}' => b"\\b",
        '\t' => b"\\t",
        '\n' => b"\\n",
        '\u{c}' => b"\\f",
        '\r' => b"\\r",
        '\0'..='\u{1f}' => {
            out.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
            return;
        }
        _ => character.encode_utf8(&mut buffer).as_bytes(),
    };
    out.extend_from_slice(written);
}

/// What a cut text ends in.
pub(crate) const CUT_MARK: &str = "\u{2026}";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, bytes_max: usize, expected: &str) {
        let mut out = Vec::new();
        push_text(&mut out, text, bytes_max);
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }

    #[test]
    fn texts_are_escaped_as_the_standard_says() {
        check("plain /\u{7f}\u{e9}\u{1f600}", 99, "\"plain /\u{7f}\u{e9}\u{1f600}\"");
        check("\u{20ac}$\u{f}\nA'B\"\\\\\"/", 99, "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
        check("\u{8}\t\u{c}\r\u{0}\u{1f}", 99, "\"\\b\\t\\f\\r\\u0000\\u001f\"");
    }

    #[test]
    fn a_text_is_cut_only_when_it_does_not_fit() {
        check("abcdef", 6, "\"abcdef\"");
        check("abcdefg", 6, "\"abc\u{2026}\"");
        check("\n\n\n", 6, "\"\\n\\n\\n\"");
        check("\n\n\n\n", 6, "\"\\n\u{2026}\"");
        check("abc\u{2026}", 6, "\"abc\u{2026}\"");
    }

    #[test]
    fn every_text_is_written_as_serde_writes_it() {
        for code in 0..0x3000 {
            let text = char::from_u32(code).expect("below the surrogates").to_string();
            check(&text, 99, &serde_json::to_string(&text).expect("text"));
        }
    }
}
