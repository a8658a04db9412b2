//! What people are called, and how an address of e-mail writes it.

/// The first and the last name in the place `place` of all their pairs, taken round.
pub(crate) fn pair(place: u64) -> (&'static str, &'static str) {
    let (first, last) = (place % FIRST_NAMES.len() as u64, place / FIRST_NAMES.len() as u64);
    let last = last % LAST_NAMES.len() as u64;
    (FIRST_NAMES[usize::try_from(first).unwrap_or(0)], LAST_NAMES[usize::try_from(last).unwrap_or(0)])
}

/// `name` in the lower-case letters of ASCII.
pub(crate) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' => folded.push(letter),
            'á' | 'ä' | 'å' | 'ą' | 'â' => folded.push('a'),
            'æ' => folded.push_str("ae"),
            'ç' | 'č' => folded.push('c'),
            'è' | 'é' | 'ë' | 'ę' | 'ě' => folded.push('e'),
            'ğ' => folded.push('g'),
            'í' | 'ï' | 'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ó' | 'ö' | 'ø' => folded.push('o'),
            'ř' => folded.push('r'),
            'ś' | 'ş' | 'š' => folded.push('s'),
            'ß' => folded.push_str("ss"),
            'ü' | 'ú' => folded.push('u'),
            'ź' | 'ž' => folded.push('z'),
            _ => {}
        }
    }
    folded
}

/// How many pairs of names there are.
pub(crate) const PAIRS: u64 = (FIRST_NAMES.len() * LAST_NAMES.len()) as u64;

/// First names of many languages.
#[rustfmt::skip]
pub(crate) const FIRST_NAMES: [&str; 256] = [
    "Ada", "Agnete", "Aino", "Alba", "Aldo", "Alena", "Alma", "Amina", "Anouk", "Ansgar", "Antje", "Anton",
    "Arne", "Arvid", "Asta", "Astor", "Aurel", "Axel", "Barbro", "Bastien", "Beata", "Berit", "Birger",
    "Birgit", "Blanka", "Bodil", "Boris", "Börje", "Brigitte", "Bruna", "Camille", "Carla", "Casimir",
    "Cécile", "Celeste", "Charlotte", "Ciara", "Clemens", "Conall", "Cosima", "Dagmar", "Dagny", "Damian",
    "Daria", "Delphine", "Denise", "Dita", "Dorota", "Ebba", "Edda", "Edgar", "Eero", "Eila", "Einar",
    "Eira", "Elif", "Elin", "Élodie", "Elsa", "Emil", "Emre", "Enzo", "Erik", "Erna", "Esben", "Esra",
    "Ester", "Étienne", "Eva", "Fabien", "Fanny", "Felix", "Fenna", "Fiona", "Flora", "Florian", "Folke",
    "Frida", "Frieda", "Fritjof", "Gaia", "Gaspard", "Gauthier", "Gerda", "Gesa", "Gisela", "Gösta",
    "Greta", "Gudrun", "Guido", "Gunhild", "Gustaf", "Halina", "Hanna", "Hannes", "Harriet", "Hedda",
    "Hedvig", "Heike", "Helga", "Helmi", "Henning", "Henrik", "Hilda", "Hilmar", "Hugo", "Ida", "Idun",
    "Ilka", "Ilmari", "Ilse", "Inès", "Inga", "Ingrid", "Irena", "Irma", "Isak", "Isolde", "Ivana", "Ivar",
    "Jadwiga", "Jakub", "Janina", "Jarek", "Jasper", "Jeanne", "Jelena", "Jens", "Jiří", "Joachim",
    "Johanna", "Jonna", "Jordi", "Jörg", "Josefa", "Judit", "Jukka", "Kaisa", "Kajsa", "Karel", "Karin",
    "Kasper", "Katarina", "Kerstin", "Kirsi", "Klara", "Klaus", "Konrad", "Kristof", "Lars", "Lasse",
    "Laura", "Léa", "Leif", "Lena", "Leonie", "Leopold", "Levent", "Lída", "Linnea", "Liv", "Loïc",
    "Lorenz", "Lotta", "Lucie", "Łucja", "Ludvig", "Luisa", "Maëlle", "Magda", "Malin", "Malte", "Manon",
    "Mareike", "Margit", "Mariela", "Marta", "Mathilde", "Matteo", "Maud", "Mehmet", "Merete", "Mette",
    "Mikko", "Milena", "Milo", "Mirja", "Moritz", "Nadia", "Naima", "Nele", "Niamh", "Nicolas", "Nils",
    "Nora", "Nuria", "Océane", "Odile", "Oiva", "Olaf", "Olga", "Oriol", "Orla", "Oscar", "Oskar",
    "Ottilie", "Otto", "Paavo", "Pascale", "Patrik", "Pauline", "Pedro", "Pelle", "Petra", "Pia", "Rafael",
    "Ragnar", "Raimo", "Ramona", "Régine", "Renate", "Rikke", "Roisin", "Roland", "Romy", "Rosa", "Runa",
    "Saga", "Salme", "Sanna", "Saskia", "Selma", "Sibylle", "Sigrid", "Silvan", "Sini", "Solveig", "Sören",
    "Stellan", "Svea", "Sven", "Tamara", "Tarja", "Tekla", "Teresa", "Thibault", "Thora", "Tilda", "Tomasz",
    "Tova", "Ulla", "Ursel", "Uwe", "Valérie", "Vera", "Viggo",
];

/// Last names that sound like many languages and are made up from two words each, so that nobody famous has one.
#[rustfmt::skip]
pub(crate) const LAST_NAMES: [&str; 512] = [
    "Ağaçalan", "Ağaçdere", "Ağaçoğul", "Ağaçtepe", "Ahornacker", "Ahornbrück", "Ahornhölzl", "Ahornlohe",
    "Albaquejo", "Albaredo", "Albarilla", "Älghede", "Älgmåne", "Älgnäs", "Älgrud", "Almhede", "Almmåne",
    "Almnäs", "Almrud", "Analádis", "Anamiréas", "Anapóris", "Anatsális", "Åshede", "Ashmere", "Ashthwaite",
    "Ashwick", "Åsmåne", "Åsnäs", "Aubrecourt", "Aubrelange", "Aubremont", "Aubrevigne", "Barranquejo",
    "Barranredo", "Barranrilla", "Barrantierra", "Beaurelange", "Beauremont", "Beaurevigne", "Birkenacker",
    "Birkenbrück", "Birkenhölzl", "Birkenlohe", "Björkhede", "Björkmåne", "Björknäs", "Björkrud",
    "Brackcombe", "Brackmere", "Brackthwaite", "Brackwick", "Brzezalecka", "Brzeznowicz", "Brzezyński",
    "Bulutalan", "Bulutdere", "Bulutoğul", "Buluttepe", "Cañavequejo", "Cañaveredo", "Cañaverilla",
    "Cañavetierra", "Charcourt", "Charlange", "Charmont", "Charvigne", "Çınaralan", "Çınardere",
    "Çınaroğul", "Çınartepe", "Crancombe", "Cranthwaite", "Cranwick", "Dąbralecka", "Dąbrnowicz",
    "Dąbrowiak", "Dąbryński", "Dalhede", "Dalmåne", "Dalnäs", "Dalrud", "Dauvecourt", "Dauvelange",
    "Dauvemont", "Dauvevigne", "Denizalan", "Denizdere", "Denizoğul", "Deniztepe", "Distelacker",
    "Distelbrück", "Distelhölzl", "Distellohe", "Drakoládis", "Drakomiréas", "Drakopóris", "Drakotsális",
    "Duncombe", "Dunmere", "Dunthwaite", "Dunwick", "Ekhede", "Ekmåne", "Eknäs", "Ekrud", "Eldercombe",
    "Eldermere", "Elderthwaite", "Elderwick", "Erlenacker", "Erlenbrück", "Erlenhölzl", "Erlenlohe",
    "Espiquejo", "Espiredo", "Espirilla", "Espitierra", "Essarcourt", "Essarlange", "Essarmont",
    "Essarvigne", "Evriládis", "Evrimiréas", "Evripóris", "Farnmere", "Farnthwaite", "Farnwick",
    "Fındıkdere", "Fındıkoğul", "Fındıktepe", "Floricourt", "Florilange", "Florimont", "Florivigne",
    "Föhrenacker", "Föhrenbrück", "Föhrenhölzl", "Föhrenlohe", "Forshede", "Forsmåne", "Forsnäs", "Forsrud",
    "Fresnequejo", "Fresneredo", "Fresnerilla", "Fresnetierra", "Garrilange", "Garrimont", "Garrivigne",
    "Góralecka", "Górnowicz", "Górowiak", "Gorsemere", "Gorsethwaite", "Gorsewick", "Góryński", "Granhede",
    "Granmåne", "Grannäs", "Granrud", "Grünacker", "Grünbrück", "Grünhölzl", "Grünlohe", "Güneşalan",
    "Güneşdere", "Güneşoğul", "Güneştepe", "Haselacker", "Haselbrück", "Haselhölzl", "Hasellohe",
    "Hathercombe", "Hatherwick", "Hautecourt", "Hautelange", "Hautemont", "Hautevigne", "Haveláčová",
    "Havelešík", "Havelínek", "Havelošek", "Hjortmåne", "Hjortnäs", "Hjortrud", "Hornaquejo", "Hornaredo",
    "Hornarilla", "Hornatierra", "Ilıkalan", "Ilıkdere", "Ilıkoğul", "Ilıktepe", "Jaworalecka",
    "Jawornowicz", "Jaworowiak", "Jaworyński", "Jedláčová", "Jedlešík", "Jedlínek", "Jedlošek",
    "Jonquecourt", "Jonquelange", "Jonquemont", "Jonquevigne", "Kaloládis", "Kalomiréas", "Kalopóris",
    "Kalotsális", "Kameňáčová", "Kameňešík", "Kameňínek", "Kameňošek", "Kelcombe", "Kelmere", "Kelthwaite",
    "Kelwick", "Kieferacker", "Kieferbrück", "Kieferhölzl", "Kieferlohe", "Kıyıalan", "Kıyıdere",
    "Kıyıoğul", "Kıyıtepe", "Klonalecka", "Klonnowicz", "Klonowiak", "Klonyński", "Kuusikallio",
    "Kuusilahde", "Kuusimäentaus", "Kuusivaara", "Kvalhede", "Kvalmåne", "Kvalnäs", "Kvalrud", "Lagoládis",
    "Lagomiréas", "Lagopóris", "Lagotsális", "Langcombe", "Langmere", "Langthwaite", "Langwick",
    "Lärchenacker", "Lärchenbrück", "Lärchenhölzl", "Lärchenlohe", "Lavaucourt", "Lavaulange", "Lavaumont",
    "Lavauvigne", "Łęgalecka", "Łęgnowicz", "Łęgowiak", "Łęgyński", "Lehtikallio", "Lehtilahde",
    "Lehtimäentaus", "Lipalecka", "Lipnowicz", "Lipowiak", "Lipyński", "Lövmåne", "Lövnäs", "Lövrud",
    "Lučáčová", "Lučešík", "Lučínek", "Lučošek", "Manzanequejo", "Manzaneredo", "Manzanerilla",
    "Manzanetierra", "Marlcombe", "Marlmere", "Marlthwaite", "Marlwick", "Mavroládis", "Mavromiréas",
    "Mavropóris", "Mavrotsális", "Mirzalecka", "Mirznowicz", "Mirzowiak", "Mirzyński", "Montrécourt",
    "Montrélange", "Montrémont", "Montrévigne", "Moraváčová", "Moravešík", "Moravínek", "Moravošek",
    "Mörhede", "Mörmåne", "Mörnäs", "Mörrud", "Mühlacker", "Mühlbrück", "Mühlhölzl", "Mühllohe",
    "Myrskykallio", "Myrskylahde", "Myrskymäentaus", "Myrskyvaara", "Näshede", "Näsmåne", "Näsnäs",
    "Näsrud", "Neroládis", "Neropóris", "Nerotsális", "Nethercombe", "Nethermere", "Netherthwaite",
    "Netherwick", "Netoupáčová", "Netoupešík", "Netoupínek", "Netoupošek", "Niittykallio", "Niittymäentaus",
    "Niittyvaara", "Noircourt", "Noirlange", "Noirmont", "Noirvigne", "Nussacker", "Nussbrück", "Nusshölzl",
    "Nusslohe", "Oakcombe", "Oakmere", "Oakthwaite", "Oakwick", "Olmoquejo", "Olmoredo", "Olmorilla",
    "Olmotierra", "Olszalecka", "Olsznowicz", "Olszowiak", "Olszyński", "Ořecháčová", "Ořechešík",
    "Ořechínek", "Ořechošek", "Örhede", "Örmåne", "Örnäs", "Örrud", "Pastváčová", "Pastvešík", "Pastvínek",
    "Pastvošek", "Pemcombe", "Pemmere", "Pemthwaite", "Pemwick", "Péroucourt", "Péroulange", "Péroumont",
    "Pérouvigne", "Petroládis", "Petropóris", "Petrotsális", "Pihlakallio", "Pihlalahde", "Pihlamäentaus",
    "Pihlavaara", "Płonalecka", "Płonnowicz", "Płonowiak", "Płonyński", "Quarrcombe", "Quarrmere",
    "Quarrthwaite", "Quarrwick", "Rákosáčová", "Rákosešík", "Rákosínek", "Rákosošek", "Rantakallio",
    "Rantalahde", "Rantamäentaus", "Rantavaara", "Rönnmåne", "Rönnnäs", "Rönnrud", "Rouvicourt",
    "Rouvilange", "Rouvivigne", "Rübenacker", "Rübenbrück", "Rübenhölzl", "Rübenlohe", "Ruskcombe",
    "Ruskmere", "Ruskthwaite", "Ruskwick", "Rzepalecka", "Rzepnowicz", "Rzepowiak", "Rzepyński",
    "Saarikallio", "Saarilahde", "Saarimäentaus", "Saarivaara", "Sauvecourt", "Sauvelange", "Sauvemont",
    "Sauvevigne", "Sävhede", "Sävmåne", "Sävnäs", "Sävrud", "Schilfacker", "Schilfbrück", "Schilfhölzl",
    "Schilflohe", "Sedgecombe", "Sedgemere", "Sedgethwaite", "Slukáčová", "Slukešík", "Slukínek",
    "Slukošek", "Söğütdere", "Söğütoğul", "Söğüttepe", "Sosnalecka", "Sosnnowicz", "Sosnowiak", "Sosnyński",
    "Suvikallio", "Suvilahde", "Suvimäentaus", "Suvivaara", "Świerzalecka", "Świerznowicz", "Świerzowiak",
    "Świerzyński", "Tånghede", "Tångmåne", "Tångnäs", "Tångrud", "Tannenacker", "Tannenbrück",
    "Tannenhölzl", "Tannenlohe", "Thorncombe", "Thornmere", "Thornthwaite", "Thornwick", "Tráváčová",
    "Trávešík", "Trávínek", "Trávošek", "Trzcinalecka", "Trzcinnowicz", "Trzcinowiak", "Tuulikallio",
    "Tuulilahde", "Tuulimäentaus", "Tuulivaara", "Ulmenacker", "Ulmenbrück", "Ulmenhölzl", "Ulmenlohe",
    "Utukallio", "Utulahde", "Utumäentaus", "Utuvaara", "Vaahterakallio", "Vaahteralahde",
    "Vaahteramäentaus", "Vaahteravaara", "Valécourt", "Valélange", "Valémont", "Valévigne", "Vasshede",
    "Vassmåne", "Vassnäs", "Vassrud", "Vltaváčová", "Vltavešík", "Vltavínek", "Vltavošek", "Weißacker",
    "Weißbrück", "Weißhölzl", "Weißlohe", "Wierzbalecka", "Wierzbnowicz", "Wierzbowiak", "Wierzbyński",
    "Yağmuralan", "Yağmurdere", "Yağmuroğul", "Yağmurtepe", "Yläkallio", "Ylälahde", "Ylämäentaus",
    "Ylävaara", "Źródlalecka", "Źródlnowicz", "Źródlowiak", "Źródlyński",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_many_and_stay_different_in_ascii() {
        for names in [FIRST_NAMES.as_slice(), &LAST_NAMES] {
            let folded: BTreeSet<_> = names.iter().map(|it| fold(it)).collect();
            assert_eq!(folded.len(), names.len());
            assert!(names.iter().any(|it| !it.is_ascii()));
        }
        assert!(FIRST_NAMES.len() >= 200 && LAST_NAMES.len() >= 400);
    }

    #[test]
    fn no_letter_is_lost() {
        for name in FIRST_NAMES.iter().chain(&LAST_NAMES) {
            assert!(fold(name).len() >= name.chars().count(), "{name} folds to {}", fold(name));
        }
    }

    #[test]
    fn every_place_has_a_pair_of_its_own() {
        let pairs: BTreeSet<_> = (0..PAIRS).map(pair).collect();
        assert_eq!(pairs.len() as u64, PAIRS);
    }
}
