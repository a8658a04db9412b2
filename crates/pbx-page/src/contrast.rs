//! Computes the contrast of every pair of colours that meets in the stylesheet, in every theme, light and dark.

use std::collections::BTreeMap;

use crate::{STYLESHEET, Theme};

/// Text on ground. WCAG 2.2, 1.4.3: at least 4.5 to 1.
const TEXT: &[(&str, &str)] = &[
    ("text", "page"),
    ("text", "card"),
    ("text", "soft"),
    ("muted", "page"),
    ("muted", "card"),
    ("muted", "soft"),
    ("accent", "page"),
    ("accent", "card"),
    ("accent", "soft"),
    ("on-accent", "accent"),
    ("on-bar", "bar"),
    ("bar-muted", "bar"),
    ("on-nav", "nav"),
    ("on-nav", "nav-hover"),
    ("nav-muted", "nav"),
    ("nav-muted", "nav-hover"),
    ("on-nav-current", "nav-current"),
    ("on-head", "head"),
    ("text", "head"),
    ("on-lab", "lab"),
    ("error", "card"),
    ("error", "error-soft"),
    ("card", "error"),
    ("warning", "warning-soft"),
    ("success", "success-soft"),
    ("info", "info-soft"),
    ("text", "error-soft"),
    ("text", "warning-soft"),
    ("text", "success-soft"),
    ("text", "info-soft"),
];

/// As [`TEXT`], in the themes that have both colours.
const TEXT_OF_SOME: &[(&str, &str)] = &[("code", "nav"), ("code", "nav-hover"), ("nav-muted", "group")];

/// Edges and marks on ground. WCAG 2.2, 1.4.11: at least 3 to 1.
const EDGES: &[(&str, &str)] =
    &[("control", "card"), ("control", "page"), ("success", "card"), ("muted", "card")];

#[test]
fn every_pair_of_colours_has_enough_contrast() {
    for theme in Theme::ALL {
        for dark in [false, true] {
            let palette = palette(theme, dark);
            let has = |name: &str| palette.contains_key(name);
            for (pairs, least) in [(TEXT, 4.5), (TEXT_OF_SOME, 4.5), (EDGES, 3.0)] {
                let optional = pairs == TEXT_OF_SOME;
                for (front, back) in pairs.iter().filter(|(front, back)| !optional || has(front) && has(back))
                {
                    let ratio = contrast(palette[*front], palette[*back]);
                    assert!(ratio >= least, "{theme:?} dark={dark}: {front} on {back} is {ratio:.2}");
                }
            }
        }
    }
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((contrast(colour("#000000"), colour("#ffffff")) - 21.0).abs() < 0.01);
    assert!((contrast(colour("#767676"), colour("#ffffff")) - 4.54).abs() < 0.01);
}

/// The colours of `theme`: its own over the root's.
fn palette(theme: Theme, dark: bool) -> BTreeMap<&'static str, [f64; 3]> {
    let own = format!("\n[data-theme=\"{}\"] {{", theme.key());
    let mut palette = BTreeMap::new();
    for selector in ["\n:root {", &own] {
        let rule =
            STYLESHEET.split(selector).nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
        for (name, value) in rule.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
        {
            let value = value.trim_end_matches(';');
            let chosen = match value.strip_prefix("light-dark(").and_then(|it| it.strip_suffix(')')) {
                Some(both) => both.split(", ").nth(usize::from(dark)).unwrap_or_default(),
                None => value,
            };
            if chosen.starts_with('#') {
                palette.insert(name, colour(chosen));
            }
        }
    }
    palette
}

fn colour(hex: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("six hex digits")) / 255.0)
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] =
        colour.map(|it| if it <= 0.04045 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) });
    0.0722f64.mul_add(blue, 0.2126f64.mul_add(red, 0.7152 * green))
}
