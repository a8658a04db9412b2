//! The reader of scenarios: whatever the text, a scenario or mistakes that name their line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pbx_world::Scenario;

fuzz_target!(|text: &str| {
    if let Err(error) = Scenario::parse("world.toml", text) {
        assert!(!error.mistakes.is_empty());
        for mistake in &error.mistakes {
            assert!((1..=text.lines().count() + 1).contains(&mistake.line), "{error}");
            assert!(!mistake.field.is_empty() && !mistake.message.is_empty(), "{error}");
        }
        assert!(error.to_string().starts_with("world.toml:"));
    }
});
