//! The ways in which a text is usually written into files, and the bytes that each of them makes.

use std::collections::BTreeSet;

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// How an identifier was written where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// RFC 4648 section 4, beginning anywhere in the encoded text.
    Base64,
    /// RFC 4648 section 5, likewise.
    Base64Url,
    /// The digits of a phone number: with or without prefixes, spaces, dots, dashes and brackets.
    Digits,
    /// Two hex digits per byte of UTF-8.
    Hex,
    /// Character references of HTML and XML.
    Html,
    /// The escapes of a JSON string.
    Json,
    /// ISO 8859-1.
    Latin1,
    /// The escapes of a URL or of a form's fields.
    Percent,
    /// RFC 2045 section 6.7.
    QuotedPrintable,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-16, low byte first.
    Utf16Le,
    /// As it is.
    Utf8,
}

impl Encoding {
    /// All encodings.
    pub const ALL: [Self; 12] = [
        Self::Base64,
        Self::Base64Url,
        Self::Digits,
        Self::Hex,
        Self::Html,
        Self::Json,
        Self::Latin1,
        Self::Percent,
        Self::QuotedPrintable,
        Self::Utf16Be,
        Self::Utf16Le,
        Self::Utf8,
    ];

    /// The encoding as it is written in certificates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Url => "base64-url",
            Self::Digits => "digits",
            Self::Hex => "hex",
            Self::Html => "html",
            Self::Json => "json",
            Self::Latin1 => "latin1",
            Self::Percent => "percent",
            Self::QuotedPrintable => "quoted-printable",
            Self::Utf16Be => "utf16-be",
            Self::Utf16Le => "utf16-le",
            Self::Utf8 => "utf8",
        }
    }

    /// Whether upper and lower case of a letter mean two things.
    pub(crate) const fn minds_case(self) -> bool {
        matches!(self, Self::Base64 | Self::Base64Url)
    }
}

/// One way of writing one text: the bytes to look for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) encoding: Encoding,
    pub(crate) bytes: Vec<u8>,
    /// The text in UTF-8.
    pub(crate) plain: Vec<u8>,
    /// In base64: how many foreign bytes precede the text in its first group of three.
    pub(crate) shift: usize,
}

/// `text` as written, in lower and in upper case, composed and decomposed; each once.
pub(crate) fn spellings(text: &str) -> BTreeSet<String> {
    [text.to_owned(), text.to_lowercase(), text.to_uppercase()]
        .iter()
        .flat_map(|it| [it.clone(), it.nfc().collect(), it.nfd().collect()])
        .collect()
}

/// Every way of writing `text` in `encoding`. None where it would be written as in UTF-8, which is looked for anyway.
pub(crate) fn write(text: &str, encoding: Encoding) -> Vec<Written> {
    let plain = text.as_bytes();
    let written = |bytes: Vec<u8>| Written { encoding, bytes, plain: plain.to_vec(), shift: 0 };
    let texts = |texts: Vec<String>| -> Vec<Written> {
        texts.into_iter().filter(|it| it != text).map(|it| written(it.into_bytes())).collect()
    };
    match encoding {
        Encoding::Base64 => (0..3).map(|shift| base64(&STANDARD_NO_PAD, encoding, plain, shift)).collect(),
        Encoding::Base64Url => (0..3)
            .map(|shift| base64(&URL_SAFE_NO_PAD, encoding, plain, shift))
            // What has neither of the two letters that differ is the same in both alphabets.
            .filter(|it| it.bytes.iter().any(|byte| matches!(byte, b'-' | b'_')))
            .collect(),
        // The digits of numbers are read by a scanner of their own.
        Encoding::Digits => Vec::new(),
        Encoding::Hex => vec![written(hex::encode(plain).into_bytes())],
        Encoding::Html => texts(vec![
            escape(text, |it| named_reference(it).map(str::to_owned)),
            escape(text, |it| reference(it, |code| format!("&#{code};"))),
            escape(text, |it| reference(it, |code| format!("&#x{code:x};"))),
        ]),
        Encoding::Json => texts(vec![
            escape(text, |it| json_escape(it, false)),
            escape(text, |it| json_escape(it, true)),
            text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
        ]),
        Encoding::Latin1 if text.is_ascii() => Vec::new(),
        Encoding::Latin1 => {
            let bytes: Option<Vec<u8>> = text.chars().map(|it| u8::try_from(u32::from(it)).ok()).collect();
            bytes.map(written).into_iter().collect()
        }
        Encoding::Percent => {
            let with = |set| percent_encode(plain, set).to_string();
            let all = plain.iter().map(|byte| format!("%{byte:02x}")).collect();
            let form = with(COMPONENT).replace("%20", "+");
            texts(vec![with(COMPONENT), with(PATH), with(NON_ALPHANUMERIC), form, all])
        }
        Encoding::QuotedPrintable => texts(vec![
            escape(text, |it| quoted(it, false)),
            // As in the header of a mail, where a space is an underscore.
            escape(text, |it| quoted(it, true)),
        ]),
        Encoding::Utf16Be => vec![written(text.encode_utf16().flat_map(u16::to_be_bytes).collect())],
        Encoding::Utf16Le => vec![written(text.encode_utf16().flat_map(u16::to_le_bytes).collect())],
        Encoding::Utf8 => vec![written(plain.to_vec())],
    }
}

/// The letters of base64 that depend on `plain` alone, where `shift` foreign bytes precede it in its group of three.
fn base64(engine: &impl base64::Engine, encoding: Encoding, plain: &[u8], shift: usize) -> Written {
    let whole = engine.encode([&[0; 2][..shift], plain].concat());
    // Eight bits a byte, six a letter: letters before belong to the foreign bytes, the last one may to what follows.
    let (first, last) = (base64_skip(shift), (shift + plain.len()) * 8 / 6);
    let bytes = whole.as_bytes().get(first..last).unwrap_or_default().to_vec();
    Written { encoding, bytes, plain: plain.to_vec(), shift }
}

/// How many letters of base64 hold bits of the first `shift` bytes.
pub(crate) const fn base64_skip(shift: usize) -> usize {
    (shift * 8).div_ceil(6)
}

/// `text` with those characters replaced for which `replace` says so.
fn escape(text: &str, replace: impl Fn(char) -> Option<String>) -> String {
    text.chars().map(|it| replace(it).unwrap_or_else(|| it.to_string())).collect()
}

fn named_reference(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

fn reference(character: char, write: impl Fn(u32) -> String) -> Option<String> {
    let is_special = !character.is_ascii() || named_reference(character).is_some();
    is_special.then(|| write(u32::from(character)))
}

/// As JSON must be written; with `ascii`, as those write it who escape whatever is not ASCII or might upset HTML.
fn json_escape(character: char, ascii: bool) -> Option<String> {
    match character {
        '"' => Some("\\\"".to_owned()),
        '\\' => Some("\\\\".to_owned()),
        '/' if !ascii => Some("\\/".to_owned()),
        '<' | '>' | '&' | '\'' if ascii => Some(format!("\\u{:04x}", u32::from(character))),
        it if ascii && !it.is_ascii() => {
            Some(it.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect())
        }
        _ => None,
    }
}

fn quoted(character: char, in_header: bool) -> Option<String> {
    match character {
        ' ' if in_header => Some("_".to_owned()),
        '=' => Some("=3D".to_owned()),
        '?' | '_' if in_header => Some(format!("={:02X}", u32::from(character))),
        it if !it.is_ascii() => {
            Some(it.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("={byte:02X}")).collect())
        }
        _ => None,
    }
}

/// What `encodeURIComponent` and most libraries escape: all but RFC 3986's unreserved characters.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What may not stand in a path or a query at all.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'#').add(b'%');

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, encoding: Encoding, expected: &[&str]) {
        let written: Vec<String> =
            write(text, encoding).iter().map(|it| String::from_utf8_lossy(&it.bytes).into_owned()).collect();
        assert_eq!(written, expected, "{text} in {}", encoding.as_str());
    }

    #[test]
    fn a_text_is_written_as_each_standard_says() {
        check("Ada", Encoding::Base64, &["QWRh", "FkY", "BZG"]);
        check("a?>", Encoding::Base64Url, &["YT8-", "E_P"]);
        check("Åsa", Encoding::Hex, &["c3857361"]);
        check("O'Åå", Encoding::Html, &["O&#39;Åå", "O&#39;&#197;&#229;", "O&#x27;&#xc5;&#xe5;"]);
        check("Å/b", Encoding::Json, &["Å\\/b", "\\u00c5/b", "\\u00c5\\u002f\\u0062"]);
        check("Å b@c", Encoding::QuotedPrintable, &["=C3=85 b@c", "=C3=85_b@c"]);
        check("ab", Encoding::Utf16Le, &["a\0b\0"]);
        check("ab", Encoding::Utf16Be, &["\0a\0b"]);
        check("ab", Encoding::Latin1, &[]);
        assert_eq!(write("Åsa", Encoding::Latin1)[0].bytes, b"\xc5sa");
        check(
            "Å b@c",
            Encoding::Percent,
            &["%C3%85%20b%40c", "%C3%85%20b@c", "%C3%85%20b%40c", "%C3%85+b%40c", "%c3%85%20%62%40%63"],
        );
    }

    #[test]
    fn spellings_differ_in_case_and_composition() {
        let expected = ["Åsa", "åsa", "ÅSA", "A\u{30a}sa", "a\u{30a}sa", "A\u{30a}SA"].map(str::to_owned);
        assert_eq!(spellings("Åsa"), BTreeSet::from(expected));
        assert_eq!(spellings("201"), BTreeSet::from(["201".to_owned()]));
    }
}
