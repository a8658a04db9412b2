//! The reader of policies: whatever the text, a policy or mistakes that name their line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pbx_policy::Policy;

fuzz_target!(|text: &str| {
    if let Err(error) = Policy::parse("product.toml", text) {
        assert!(!error.mistakes.is_empty());
        for mistake in &error.mistakes {
            assert!((1..=text.lines().count() + 1).contains(&mistake.line), "{error}");
            assert!(!mistake.field.is_empty() && !mistake.message.is_empty(), "{error}");
        }
        assert!(error.to_string().starts_with("product.toml:"));
    }
});
