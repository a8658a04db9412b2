//! What every store must do with blobs; each test runs on all of them.

use super::*;

contract! {
    a_blob_is_there_at_once_and_only_at_its_site
    a_dropped_blob_is_gone
    blobs_are_listed_in_order_whether_durable_or_not
    a_blob_is_never_changed
    an_id_is_free_again_once_its_blob_is_gone_for_good
    a_batch_puts_a_blob_before_it_drops_it_or_not_at_all
    blobs_have_a_largest_size_alone_and_together
    a_site_with_nothing_but_a_blob_is_listed_and_forgotten
    forgetting_removes_more_blobs_than_fit_one_piece
    a_refused_write_leaves_blobs_as_they_were
    a_blob_and_its_row_come_and_go_together
}

fn ids(held: &Held, site_name: &str) -> Vec<BlobId> {
    held.store.blobs(&site(site_name)).expect("readable")
}

fn a_blob_is_there_at_once_and_only_at_its_site(held: &Held) {
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for (number, durability) in [(1, Durability::Lazy), (2, Durability::Wait)] {
        commit(&*held.store, vec![put_blob(number, &every_byte)], &[], durability).expect("commits");
        assert_eq!(blob(&*held.store, number).as_ref(), Some(&every_byte));
    }
    keep(&*held.store, vec![put_blob(3, b"")], &[]).expect("kept");
    for number in [1, 2] {
        assert_eq!(blob(&*held.store, number).as_ref(), Some(&every_byte));
    }
    assert_eq!(blob(&*held.store, 3), Some(Vec::new()));
    assert_eq!(blob(&*held.store, 4), None);
    assert_eq!(held.store.blob(&site("b"), id(1)), Ok(None));
    keep_at(&*held.store, "b", vec![put_blob(1, b"another")], &[]).expect("a site has ids of its own");
    assert_eq!(held.store.blob(&site("b"), id(1)), Ok(Some(b"another".to_vec())));
    assert_eq!(blob(&*held.store, 1), Some(every_byte));
}

fn a_dropped_blob_is_gone(held: &Held) {
    keep(&*held.store, vec![put_blob(1, b"x"), put_blob(2, b"y")], &[]).expect("kept");
    commit(&*held.store, vec![drop_blob(1)], &[], Durability::Lazy).expect("commits");
    assert_eq!(blob(&*held.store, 1), None);
    keep(&*held.store, vec![drop_blob(1), drop_blob(1), drop_blob(9)], &[]).expect("nothing to drop");
    assert_eq!(blob(&*held.store, 1), None);
    assert_eq!(blob(&*held.store, 2).as_deref(), Some(b"y".as_slice()));
}

fn blobs_are_listed_in_order_whether_durable_or_not(held: &Held) {
    assert_eq!(ids(held, "a"), []);
    keep(&*held.store, vec![put_blob(0xff, b"x"), put_blob(0, b"x"), put_blob(5, b"x")], &[]).expect("kept");
    keep_at(&*held.store, "b", vec![put_blob(6, b"x")], &[]).expect("kept");
    keep(&*held.store, vec![put(ACCOUNT, "1", "x")], &[]).expect("kept");
    let changes = vec![drop_blob(5), put_blob(0x10, b"x")];
    commit(&*held.store, changes, &[], Durability::Lazy).expect("commits");
    assert_eq!(ids(held, "a"), [id(0), id(0x10), id(0xff)]);
    assert_eq!(ids(held, "b"), [id(6)]);
}

fn a_blob_is_never_changed(held: &Held) {
    let again = || vec![put(ACCOUNT, "1", "x"), put_blob(1, b"new")];
    commit(&*held.store, vec![put_blob(1, b"old")], &[], Durability::Lazy).expect("commits");
    assert!(commit(&*held.store, again(), &["line"], Durability::Wait).is_err());
    keep(&*held.store, vec![], &[]).expect("kept");
    assert!(commit(&*held.store, again(), &["line"], Durability::Wait).is_err());
    assert_eq!(blob(&*held.store, 1).as_deref(), Some(b"old".as_slice()));
    assert_eq!(get(&*held.store, ACCOUNT, "1"), None);
    assert!(lines(&*held.store, "a").is_empty());
}

fn an_id_is_free_again_once_its_blob_is_gone_for_good(held: &Held) {
    keep(&*held.store, vec![put_blob(1, b"old")], &[]).expect("kept");
    keep(&*held.store, vec![drop_blob(1)], &[]).expect("kept");
    keep(&*held.store, vec![put_blob(1, b"new")], &[]).expect("kept");
    assert_eq!(blob(&*held.store, 1).as_deref(), Some(b"new".as_slice()));
}

fn a_batch_puts_a_blob_before_it_drops_it_or_not_at_all(held: &Held) {
    keep(&*held.store, vec![put_blob(1, b"x"), drop_blob(1)], &[]).expect("kept");
    assert_eq!(blob(&*held.store, 1), None);
    assert!(keep(&*held.store, vec![drop_blob(1), put_blob(1, b"x")], &[]).is_err());
    assert!(keep(&*held.store, vec![put_blob(1, b"x"), put_blob(1, b"x")], &[]).is_err());
    assert_eq!(ids(held, "a"), []);
    assert_eq!(held.store.sites(), Ok(vec![]));
}

fn blobs_have_a_largest_size_alone_and_together(held: &Held) {
    let most = vec![7; Batch::BLOB_BYTES_MAX];
    let more = vec![7; Batch::BLOB_BYTES_MAX + 1];
    let refused = keep(&*held.store, vec![put_blob(1, &more)], &[]);
    assert_eq!(refused, Err(StoreError::TooLarge { bytes: more.len() }));
    let changes = vec![put_blob(1, &most), put_blob(2, &most), put_blob(3, b"x")];
    assert!(keep(&*held.store, changes, &[]).is_err());
    assert_eq!(ids(held, "a"), []);
    keep(&*held.store, vec![put_blob(1, &most), put_blob(2, &most)], &[]).expect("kept");
    assert!(blob(&*held.store, 2) == Some(most), "the largest blob comes back as it was");
}

fn a_site_with_nothing_but_a_blob_is_listed_and_forgotten(held: &Held) {
    for name in ["a", "b"] {
        keep_at(&*held.store, name, vec![put_blob(1, b"x")], &["line"]).expect("kept");
    }
    commit(&*held.store, vec![put_blob(2, b"x"), put(ACCOUNT, "1", "x")], &[], Durability::Lazy)
        .expect("commits");
    assert_eq!(held.store.sites(), Ok(vec![site("a"), site("b")]));
    held.store.forget(&site("a")).expect("forgotten");
    assert_eq!(held.store.sites(), Ok(vec![site("b")]));
    assert_eq!(ids(held, "a"), []);
    assert_eq!([1, 2].map(|number| blob(&*held.store, number)), [None, None]);
    assert_eq!(held.store.blob(&site("b"), id(1)), Ok(Some(b"x".to_vec())));
    assert_eq!(lines(&*held.store, "a"), ["line"]);
}

fn forgetting_removes_more_blobs_than_fit_one_piece(held: &Held) {
    let blob_of = |number: u16| {
        let mut drawn = [0; 16];
        drawn[..2].copy_from_slice(&number.to_be_bytes());
        Change::PutBlob(BlobId::new(drawn), Arc::from(b"x".as_slice()))
    };
    keep(&*held.store, (0..1_030).map(blob_of).collect(), &[]).expect("kept");
    assert_eq!(ids(held, "a").len(), 1_030);
    held.store.forget(&site("a")).expect("forgotten");
    assert_eq!(held.store.sites(), Ok(vec![]));
    if let Some(directory) = &held.directory {
        assert_eq!(files(directory.path()), [""; 0]);
    }
}

fn a_refused_write_leaves_blobs_as_they_were(held: &Held) {
    keep(&*held.store, vec![put_blob(1, b"x")], &[]).expect("kept");
    held.faults.refuse_writes(Some(StoreError::Full));
    let outcome = keep(&*held.store, vec![drop_blob(1), put_blob(2, b"y")], &[]);
    assert_eq!(outcome, Err(StoreError::Full));
    assert_eq!(held.store.forget(&site("a")), Err(StoreError::Full));
    assert_eq!(ids(held, "a"), [id(1)]);
    held.faults.refuse_writes(None);
    assert_eq!(blob(&*held.store, 1).as_deref(), Some(b"x".as_slice()));
    assert_eq!(blob(&*held.store, 2), None);
    keep(&*held.store, vec![put_blob(2, b"z")], &[]).expect("the refused id is still free");
    assert_eq!(blob(&*held.store, 2).as_deref(), Some(b"z".as_slice()));
}

fn a_blob_and_its_row_come_and_go_together(held: &Held) {
    let too_large = Change::Put(ACCOUNT, "2".to_owned(), vec![0; Batch::VALUE_BYTES_MAX + 1]);
    let outcome = keep(&*held.store, vec![put_blob(1, b"x"), too_large], &[]);
    assert_eq!(outcome, Err(StoreError::TooLarge { bytes: 4_001 }));
    assert_eq!(ids(held, "a"), []);
    keep(&*held.store, vec![put_blob(1, b"x"), put(ACCOUNT, "2", "x")], &[]).expect("kept");
    keep(&*held.store, vec![delete(ACCOUNT, "2"), drop_blob(1)], &[]).expect("kept");
    assert_eq!((get(&*held.store, ACCOUNT, "2"), blob(&*held.store, 1)), (None, None));
}
