//! `understudy controls`: what the papers state and how each statement is met.

use std::process::ExitCode;

use anyhow::{Result, bail};
use pbx_policy::{Control, Policy};
use serde_json::{Value, json};

use crate::cli::{Controls, Form};
use crate::products::PRODUCTS;

/// Prints the controls of one product, or of all.
#[expect(clippy::print_stdout, reason = "the list is what the command is for")]
pub(crate) fn run(controls: &Controls) -> Result<ExitCode> {
    let mut rows = Vec::new();
    for product in PRODUCTS.iter().filter(|it| !it.policy.is_empty()) {
        if controls.product.as_deref().is_none_or(|it| it == product.id) {
            let policy = Policy::parse(&format!("{}/product.toml", product.id), product.policy)?;
            rows.extend(policy.controls.into_iter().map(|control| (product.id, control)));
        }
    }
    if rows.is_empty() {
        let known: Vec<&str> = PRODUCTS.iter().filter(|it| !it.policy.is_empty()).map(|it| it.id).collect();
        bail!("there is no such product: choose one of {}", known.join(", "));
    }
    println!("{}", print(controls.form, &rows)?);
    Ok(ExitCode::SUCCESS)
}

fn print(form: Form, rows: &[(&str, Control)]) -> Result<String> {
    Ok(match form {
        Form::Json => {
            let object = |(product, it): &(&str, Control)| -> Value {
                json!({ "product": product, "id": it.id.get_ref(), "fact": it.fact, "cite": it.cite, "met": it.met })
            };
            serde_json::to_string_pretty(&rows.iter().map(object).collect::<Vec<_>>())?
        }
        Form::Table => {
            let text = |(_, it): &(&str, Control)| {
                format!("{:<8} {}\n         {}\n         met: {}", it.id.get_ref(), it.fact, it.cite, it.met)
            };
            rows.iter().map(text).collect::<Vec<_>>().join("\n")
        }
        Form::Tsv => {
            let flat = |text: &str| text.replace(['\t', '\n'], " ");
            let line = |(product, it): &(&str, Control)| {
                [product, it.id.get_ref().as_str(), &flat(&it.fact), &flat(&it.cite), &flat(&it.met)]
                    .join("\t")
            };
            let head = "product\tid\tfact\tcite\tmet".to_owned();
            std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<_>>().join("\n")
        }
    })
}
