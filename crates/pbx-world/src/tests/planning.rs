use std::fs;

use super::*;
use crate::{PolicyText, StartError};

fn refusal(scenario: &str, options: WorldOptions) -> StartError {
    let scenario = Scenario::parse("scenario.toml", scenario).expect("a scenario");
    World::start(options, scenario, PRODUCTS).map(|_| ()).expect_err("a mistake")
}

/// Adds a line to the site and compares the whole error text.
#[track_caller]
fn check(line: &str, expected: &str) {
    let error = refusal(&format!("{SCENARIO}{line}\n"), WorldOptions::default());
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn what_does_not_fit_the_product_is_named_with_file_line_and_field() {
    check("release = \"3\"", "scenario.toml:8: sites.release: \"3\" is no release: choose one of 2, 1");
    check(
        "ports = { telnet = 23 }",
        "scenario.toml:8: sites.ports: \"telnet\" is no listener of this product: it has ssh, web, plain, service",
    );
    let account = "[[sites.accounts]]\npassword = \"x\"\n";
    check(
        &format!("{account}name = \"admin\"\nrole = \"guest\""),
        "scenario.toml:10: sites.accounts.name: there is already an account \"admin\"",
    );
    check(
        &format!("{account}name = \"ada\"\nrole = \"root\""),
        "scenario.toml:11: sites.accounts.role: \"root\" is no role of this product: choose one of administrator, guest",
    );
    check(
        &format!("{account}name = \"ada\"\nrole = \"guest\"\nclass = \"day\""),
        "scenario.toml:12: sites.accounts.class: \"day\" is no class of this product",
    );
    check(
        "[[sites]]\nid = \"south\"\nproduct = \"harbor\"",
        "scenario.toml:10: sites.product: \"harbor\" is no product: choose one of harbour",
    );
    check(
        "[[sites]]\nid = \"south\"\npolicy = \"none.toml\"",
        "scenario.toml:10: sites.policy: none.toml cannot be read: No such file or directory (os error 2)",
    );
}

#[tokio::test]
async fn a_policy_file_is_found_beside_its_scenario_and_needs_no_product() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.toml");
    fs::write(&path, SCENARIO.replace("product = \"harbour\"", "policy = \"pier.toml\"")).expect("written");
    fs::write(folder.path().join("pier.toml"), HARBOUR.replace("Harbour-1", "Pier-1")).expect("written");
    let world =
        World::start(WorldOptions::default(), Scenario::read(&path).expect("read"), &[]).expect("a world");
    assert_eq!(log_in(&north(&world), "admin", "Pier-1").await.ok(), Some(true));
}

#[tokio::test]
async fn a_policy_may_replace_a_products_own() {
    let text = HARBOUR.replace("failures-max = 3", "failures-max = 1");
    let policies = vec![PolicyText::parse("strict.toml", &text).expect("a policy")];
    let world = start(SCENARIO, WorldOptions { policies: policies.clone(), ..WorldOptions::default() });
    for password in ["wrong", "Harbour-1"] {
        assert_eq!(log_in(&north(&world), "admin", password).await.ok(), Some(false), "{password}");
    }
    let other = SCENARIO.replace("product = \"harbour\"", "policy = \"x.toml\"");
    let error = refusal(&other, WorldOptions { policies, ..WorldOptions::default() });
    assert_eq!(
        error.to_string(),
        "strict.toml replaces the policy of \"harbour\", but no site of the scenario is one"
    );
}

#[tokio::test]
async fn a_policy_names_looks_that_there_are() {
    let text = HARBOUR.replace("looks = \"generic\"", "looks = \"shiny\"");
    let policies = vec![PolicyText::parse("shiny.toml", &text).expect("a policy")];
    let error = refusal(SCENARIO, WorldOptions { policies, ..WorldOptions::default() });
    assert_eq!(
        error.to_string(),
        "shiny.toml:8: product.looks: \"shiny\" are no looks: choose generic or one of harbour"
    );
}

#[tokio::test]
async fn sites_of_a_product_have_the_same_accounts_and_keep_apart() {
    let scenario = format!(
        "{SCENARIO}[[sites]]\nid = \"south\"\nproduct = \"harbour\"\n[[sites]]\nid = \"bare\"\nproduct = \"harbour\"\nprofile = \"as-shipped\"\n"
    );
    let world = start(&scenario, WorldOptions::default());
    let [bare, north, south] = world.seats().try_into().unwrap_or_else(|_| panic!("three sites"));
    for _ in 0..3 {
        log_in(&north, "admin", "wrong").await.expect("decided");
    }
    assert_eq!(log_in(&north, "admin", "Harbour-1").await.ok(), Some(false), "locked here");
    assert_eq!(log_in(&south, "admin", "Harbour-1").await.ok(), Some(true), "not locked there");
    assert_eq!(log_in(&south, "visitor", "Harbour-2").await.ok(), Some(true));
    assert_eq!(log_in(&bare, "visitor", "Harbour-2").await.ok(), Some(false), "an account of labs only");
}

#[test]
fn the_default_scenario_is_one() {
    let text = include_str!("../../../../scenarios/five-products.toml");
    let scenario = Scenario::parse("five-products.toml", text).expect("valid");
    let ids: Vec<&str> = scenario.sites.iter().map(|it| it.id.get_ref().as_str()).collect();
    assert_eq!(ids, ["mx-one", "office-400", "micloud-portal", "app-suite", "oig"]);
}
