use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pbx_kernel::{Entropy, Secret};
use pbx_vault::SystemEntropy;
use pbx_world::keep_private;

/// What a caller of the director must show.
#[derive(Clone, Debug)]
pub(crate) struct Token(Secret);

impl Token {
    /// The token in the file at `path`, made there at the first start.
    ///
    /// A token that is too short to be one of ours is refused: an empty file would let everybody in.
    pub(crate) fn keep(path: &Path) -> io::Result<Self> {
        let text = keep_private(path, || Ok(format!("{}\n", draw())))?;
        let token = text.trim();
        if token.len() < LENGTH_MIN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let what =
                format!("it holds no token of {LENGTH_MIN} characters or more: remove it and start again");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(Self(Secret::new(token)))
    }

    /// Whether `presented` is this token. Takes as long for a near miss as for a wild guess.
    pub(crate) fn is(&self, presented: &str) -> bool {
        self.0 == Secret::new(presented)
    }
}

fn draw() -> String {
    let mut bytes = [0; TOKEN_BYTES];
    SystemEntropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Nobody guesses 256 bits.
const TOKEN_BYTES: usize = 32;

/// What a token of one's own needs at least: 128 bits as hex digits.
const LENGTH_MIN: usize = 32;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_token_is_made_once_for_its_owner_only_and_differs_from_every_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("director.token");
        let token = Token::keep(&path).expect("made");
        let text = fs::read_to_string(&path).expect("there");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(token.is(text.trim()));
        assert!(Token::keep(&path).expect("kept").is(text.trim()));
        assert!(!Token::keep(&folder.path().join("other")).expect("made").is(text.trim()));
    }

    #[test]
    fn nothing_else_passes_for_the_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("director.token");
        let token = Token::keep(&path).expect("made");
        let text = fs::read_to_string(&path).expect("there");
        for wrong in ["", &text, &text.trim()[1..], &text.trim().to_lowercase()] {
            assert!(!token.is(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_file_without_a_token_lets_nobody_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("director.token");
        for (text, taken) in [("", false), ("\n", false), (&"a".repeat(31), false), (&"a".repeat(32), true)] {
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
            assert_eq!(Token::keep(&path).is_ok(), taken, "{text:?}");
        }
    }
}
