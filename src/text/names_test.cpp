#include "text/names.h"

#include "text/plain_names.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace dmp::text {
namespace {

std::string show(const NameParts& parts) {
  const auto name = parse_name(parts);
  if (!name) return "none";
  const auto part = [](const std::optional<std::string>& text) {
    return text.value_or("-");
  };
  return part(name->first_initial) + "|" + part(name->given_name) + "|" +
         part(name->middle_initials) + "|" + part(name->middle_names) + "|" +
         part(name->surname);
}

std::string full(std::string_view text) {
  return show({{}, {}, {}, text});
}
std::string both(std::string_view given, std::string_view family) {
  return show({given, family, {}, {}});
}

// What real records hold; docs/formats.md has the counts.
TEST(ParseName, FindsParticlesTheRuleDoesNotList) {
  EXPECT_EQ(full("Peter A.C. \u2019t Hoen"), "P|Peter|AC|-|'t Hoen");
  EXPECT_EQ(full("Esther N. M. Nolte-'t Hoen"), "E|Esther|NM|-|Nolte-'t Hoen");
  EXPECT_EQ(full("Alicia Fern\u00E1ndez-del Viso"),
            "A|Alicia|-|-|Fern\u00E1ndez-del Viso");
  EXPECT_EQ(full("Andr\u00E9 Phu-Van Nguyen"),
            "A|Andr\u00E9|PV|Phu-Van|Nguyen");
  EXPECT_EQ(full("Yu-de Wang"), "Y|Yu-de|D|-|Wang");
  EXPECT_EQ(full("Jerome Delli Priscoli"), "J|Jerome|-|-|Delli Priscoli");
  EXPECT_EQ(full("Mauro Dalla Serra"), "M|Mauro|-|-|Dalla Serra");
  EXPECT_EQ(full("J. Vander Auwera"), "J|-|-|-|Vander Auwera");
  EXPECT_EQ(both("Peter", "'T HOEN"), "P|Peter|-|-|'t Hoen");
}

TEST(ParseName, MakesNoSurnameOfATokenWithoutLetters) {
  EXPECT_EQ(full("Ajay Jha 1"), "A|Ajay|-|-|Jha");
  EXPECT_EQ(full("M. Dadgar 1"), "M|-|-|-|Dadgar");
  EXPECT_EQ(full("Anna - Berg"), "A|Anna|-|-|Berg");
}

// Source: records.md 1.6, the table; P24.
TEST(ParseName, FollowsTheTableOfTheRule) {
  EXPECT_EQ(both("Andrew Y.", "Ng"), "A|Andrew|Y|-|Ng");
  EXPECT_EQ(both("K.J.", "ROTHERMEL"), "K|-|J|-|Rothermel");
  EXPECT_EQ(full("Luiz Olavo Bonino da Silva Santos"),
            "L|Luiz|OB|Olavo Bonino|da Silva Santos");
  EXPECT_EQ(full("Le, Quoc V."), "Q|Quoc|V|-|Le");
  EXPECT_EQ(full("Min Du"), "M|Min|-|-|Du");
  EXPECT_EQ(full("Dr. Ana M. Ruiz Jr."), "A|Ana|M|-|Ruiz");
  EXPECT_EQ(full("Jos\u00E9 Ortega y Gasset"),
            "J|Jos\u00E9|-|-|Ortega y Gasset");
  EXPECT_EQ(both("JR", "Lovvorn"), "J|-|R|-|Lovvorn");
  EXPECT_EQ(both("A.", "Silva"), "A|-|-|-|Silva");  // no filler
  EXPECT_EQ(both("William I.", "Butler Jr."), "W|William|I|-|Butler");
  EXPECT_EQ(full("Do-Young Yoon"), "D|Do-Young|Y|-|Yoon");
  EXPECT_EQ(
      full("\u0421\u0443\u043B\u0442\u043E\u043D\u043E\u0432\u0430 "
           "\u0421\u0430\u0439\u0451\u0440\u0430 "
           "\u0425\u043E\u043B\u043C\u0438\u0440\u0437\u0430\u0435\u0432\u043D"
           "\u0430"),
      "\u0421|\u0421\u0430\u0439\u0451\u0440\u0430|\u0425|"
      "\u0425\u043E\u043B\u043C\u0438\u0440\u0437\u0430\u0435\u0432\u043D\u0430"
      "|\u0421\u0443\u043B\u0442\u043E\u043D\u043E\u0432\u0430");
  EXPECT_EQ(full("Yang, M.D."), "M|-|D|-|Yang");
  EXPECT_EQ(full("\u5BAE\u5730 \u5143\u5F66"),
            "-|\u5143\u5F66|-|-|\u5BAE\u5730");
  EXPECT_EQ(both("\u3055\u304F\u3089", "\u7530\u4E2D"),
            "-|\u3055\u304F\u3089|-|-|\u7530\u4E2D");
  EXPECT_EQ(full("T. Boone Pickens"), "T|Boone|B|-|Pickens");
  EXPECT_EQ(full("sam wu"), "S|Sam|-|-|Wu");
  EXPECT_EQ(full("OECD"), "-|-|-|-|-");
}

// Source: records.md 10 and the text of 1.6.
TEST(ParseName, KnowsTheFurtherFormsOfTheDocument) {
  EXPECT_EQ(full("van der Berg, Jan-Willem"), "J|Jan-Willem|W|-|van der Berg");
  EXPECT_EQ(full("MCDONALD, A. B."), "A|-|B|-|McDonald");
  EXPECT_EQ(full("Abd al-Qader"), "A|Abd|-|-|al-Qader");
  EXPECT_EQ(full("N.RAMAMOORTHY"), "N|-|-|-|Ramamoorthy");
  EXPECT_EQ(full("\uAE40\uAC00\uC740"), "-|\uAC00\uC740|-|-|\uAE40");
  EXPECT_EQ(full("Feller, Adolf (ANR"), "A|Adolf|-|-|Feller");
  EXPECT_EQ(full("Feller, Adolf, Empf\u00E4nger"), "A|Adolf|-|-|Feller");
  EXPECT_EQ(full("Gurbanov E."), "E|-|-|-|Gurbanov");
  EXPECT_EQ(full("Smith JA"), "J|-|A|-|Smith");
  EXPECT_EQ(both("Jean-Pierre", "Serre"), "J|Jean-Pierre|P|-|Serre");
  EXPECT_EQ(both("Juan Alberto T.", "Paz"), "J|Juan|AT|Alberto|Paz");
  EXPECT_EQ(both("", "BROWNE, CAROLYN S."), "C|Carolyn|S|-|Browne");
  EXPECT_EQ(both("", "David G. Morse"), "D|David|G|-|Morse");
  EXPECT_EQ(both("DR", "Smith"), "D|-|R|-|Smith");
  EXPECT_EQ(full("Doe, AL"), "A|-|L|-|Doe");
  EXPECT_EQ(full("Al Doe"), "A|Al|-|-|Doe");
  EXPECT_EQ(both("Ana", "Raimundo, Jr."), "A|Ana|-|-|Raimundo");
  EXPECT_EQ(full("Neto SMITH"), "N|Neto|-|-|Smith");
}

// Real forms; docs/formats.md.
TEST(ParseName, TakesAnAbbreviationForItsFirstLetter) {
  EXPECT_EQ(both("N. Yu.", "Kelpova"), "N|-|Y|-|Kelpova");
  EXPECT_EQ(both("Zh. B.", "Kelpova"), "Z|-|B|-|Kelpova");
  EXPECT_EQ(full("Kelpova Yu."), "Y|-|-|-|Kelpova");
  EXPECT_EQ(both("Md. Nazim", "Khan"), "M|Nazim|N|-|Khan");
  EXPECT_EQ(both("B.YU.", "KELPOV"), "B|-|Y|-|Kelpov");
  EXPECT_EQ(both("AFS.", "Moss"), "A|-|FS|-|Moss");
  EXPECT_EQ(full("DR. RAKHI. J. MOSS"), "R|Rakhi|J|-|Moss");
  EXPECT_EQ(full("Ana St. John"), "A|Ana|-|-|St. John");
}

TEST(ParseName, GivesTheParticlesBehindTheGivenNamesToTheSurname) {
  EXPECT_EQ(both("R. Le", "Gac"), "R|-|-|-|Le Gac");
  EXPECT_EQ(full("Gac, R. Le"), "R|-|-|-|Le Gac");
  EXPECT_EQ(both("A. C. dos", "Reis"), "A|-|C|-|dos Reis");
  EXPECT_EQ(both("Ana Oliveira da", "Silva"), "A|Ana|O|Oliveira|da Silva");
  EXPECT_EQ(both("Hans Otto Von Der", "Moss"), "H|Hans|O|Otto|Von Der Moss");
  EXPECT_EQ(both("Adriana De", "Palma"), "A|Adriana|-|-|De Palma");
  EXPECT_EQ(both("Maria de Jesus", "Silva"), "M|Maria|DJ|de Jesus|Silva");
  EXPECT_EQ(both("Ana Viana De", "MOSS"), "A|Ana|V|Viana|de Moss");
  // These are given names too.
  EXPECT_EQ(both("Hong Van", "Tran"), "H|Hong|V|Van|Tran");
  EXPECT_EQ(both("Hong Bin", "Li"), "H|Hong|B|Bin|Li");
  EXPECT_EQ(both("Le", "Tran"), "L|Le|-|-|Tran");
  EXPECT_EQ(both("hong bin", "li"), "H|Hong|B|Bin|Li");
}

TEST(ParseName, TakesTheFirstOfSeveralPeople) {
  EXPECT_EQ(full("Moss, Basil; Kelp, Ludwig"), "B|Basil|-|-|Moss");
  EXPECT_EQ(full("Moss, Basil ;"), "B|Basil|-|-|Moss");
}

TEST(ParseName, SplitsAWholeKoreanNameGivenAsTheFamily) {
  EXPECT_EQ(both("", "\uC870\uD61C\uB9B0"), "-|\uD61C\uB9B0|-|-|\uC870");
  EXPECT_EQ(both("", "\uAE40"), "-|-|-|-|\uAE40");
}

// Found by fuzz/names_fuzz.cpp: the surname was lost.
TEST(ParseName, APartOfDecorationAloneIsNoPart) {
  EXPECT_EQ(both("Ana Silva", ", Jr."), "A|Ana|-|-|Silva");
  EXPECT_EQ(both(", Jr.", "Silva"), "-|-|-|-|Silva");
  const auto name = parse_name({",Ana", ", Jr.", {}, "Ana Silva"});
  EXPECT_EQ(name->surname, "Silva");
}

TEST(ParseName, GivesNoAuthorForWhatIsNoName) {
  for (const char* text : {"", "   ", "et al.", "123", ":unav", "[S.N.]",
                           ",LAGEP, Universit\u00E9 de Lyon", "-"}) {
    EXPECT_EQ(full(text), "none") << text;
  }
}

TEST(ParseName, KeepsTheFullTextUncased) {
  EXPECT_EQ(parse_name({{}, {}, {}, "Mihai G Netea (15649)"})->full,
            "Mihai G Netea");
  EXPECT_EQ(parse_name({"K.J.", "ROTHERMEL", {}, {}})->full, "K.J. ROTHERMEL");
  EXPECT_EQ(parse_name({{}, {}, {}, "Feller, Adolf (ANR"})->full,
            "Feller, Adolf (ANR");
}

// "A." and "Na" alone are placeholders of a label; records.md 1.3 lists them.
TEST(ParseName, KeepsAnInitialAndAShortNameThatLookLikeNothing) {
  EXPECT_EQ(both("A.", "Smith"), "A|-|-|-|Smith");
  EXPECT_EQ(both("A", "Smith"), "A|-|-|-|Smith");
  EXPECT_EQ(both("Na", "Li"), "N|Na|-|-|Li");
  EXPECT_EQ(both("Hye Jin", "Na"), "H|Hye|J|Jin|Na");
  EXPECT_EQ(both("N/A", "Smith"), "-|-|-|-|Smith");
  EXPECT_EQ(both("NA", ":unav"), "none");
  EXPECT_EQ(full("A."), "none");
}

// Every name of these pieces, in each of the three forms: the short cut for
// plain names gives what the rules give.
TEST(ParseName, ShortCutEqualsTheRules) {
  constexpr auto kPieces = std::to_array<std::string_view>(
      {"Maria",     "J.",        "J",      "J.R.",      "Jean-Pierre",
       "Jae-young", "O'Brien",   "D'Arcy", "Al-Hassan", "McDonald",
       "van",       "Van",       "de",     "Ben",       "ben",
       "y",         "E",         "A",      "A.",        "Na",
       "None",      "Unknown",   "Et",     "Al",        "al",
       "Jr",        "Jr.",       "Md",     "M.D.",      "Dr",
       "Dr.",       "Iii",       "V",      "v",         "Prof",
       "St",        "St.",       "Abd-El", "MC",        "SMITH",
       "Li",        "Anonymous", "Not",    "Available", "Professor",
       "Esq",       "J.-P.",     "X-Y",    "An-",       "I",
       "i",         "José",      "Ång",    "Jean-Élie", "Jean-élie",
       "Moßl",      "É",         "É.",     "×a",        "ÉL",
       "ÉLIE",      "élan",      "Ó'Brún", "Łukasz",    "Şule",
       "İlk",       "Ĳs",        "Ÿn",     "Nān",       "Na\u0308n",
       "Ø-Ær",      "Yu.",       "YU.",    "Le",        "dos",
       "Rakhi.",    "Moss;"});
  std::size_t names = 0;
  std::size_t plain = 0;
  const auto same = [&](const NameParts& parts) {
    ++names;
    plain += static_cast<std::size_t>(plain_name(parts).has_value());
    const auto quick = parse_name(parts);
    const auto slow = parse_name_by_rules(parts);
    ASSERT_EQ(quick, slow) << parts.given << "/" << parts.family << "/"
                           << parts.full;
  };
  for (const auto first : kPieces) {
    for (const auto second : kPieces) {
      const std::string two = std::string(first) + " " + std::string(second);
      same({first, second, {}, {}});
      same({{}, {}, {}, two});
      // Blanks too many.
      const std::string before = " " + std::string(first);
      const std::string behind = std::string(first) + " ";
      same({{}, {}, {}, before});
      same({{}, {}, {}, behind});
      same({{}, {}, {}, " " + two});
      same({{}, {}, {}, two + " "});
      same({{}, {}, {}, behind + " " + std::string(second)});
      same({{}, {}, {}, before + ", " + std::string(second)});
      same({{}, {}, {}, std::string(first) + ",  " + std::string(second)});
      same({before, second, {}, {}});
      same({behind, second, {}, {}});
      same({second, before, {}, {}});
      same({second, behind, {}, {}});
      same({{}, {}, {}, std::string(first) + ", " + std::string(second)});
      for (std::size_t i = names % 5; i < kPieces.size(); i += 5) {
        const std::string_view third = kPieces[i];
        same({two, third, {}, {}});
        same({third, two, {}, {}});
        same({{}, {}, {}, two + " " + std::string(third)});
        same({{}, {}, {}, two + ", " + std::string(third)});
        same({{}, {}, {}, std::string(third) + ", " + two});
      }
    }
  }
  EXPECT_GT(names, 100'000U);
  EXPECT_GT(plain, 5'000U);
}

TEST(PlainName, TakesLatinLettersBeyondAscii) {
  const auto name = plain_name({"José Álvaro", "Muñoz", {}, {}});
  ASSERT_TRUE(name);
  EXPECT_EQ(name->first_initial, "J");
  EXPECT_EQ(name->middle_initials, "Á");
  EXPECT_TRUE(plain_name({{}, {}, {}, "Łukasz Wałęsa"}));
  // A mark behind the letter is for the rules.
  EXPECT_FALSE(plain_name({"Ana", "Nun\u0303ez", {}, {}}));
  EXPECT_FALSE(plain_name({"Ana", "Straßer", {}, {}}));
}

TEST(ParseName, SurvivesLongAndRandomTexts) {
  full(std::string(2'000, 'a'));
  std::string many;
  while (many.size() < 200'000) many += "van J. Smith, (";
  full(many);
  constexpr std::string_view kAlphabet = "aA.,-' ()\"\xC3\xA9vJy\xE5\xAE\xAE";
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 24, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const auto name = parse_name({{}, {}, {}, text});
    if (name) {
      EXPECT_TRUE(name->full.has_value());
    }
  }
}

}  // namespace
}  // namespace dmp::text
