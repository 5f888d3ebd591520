#include "synth/people.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace dmp::synth {
namespace {

using namespace std::string_view_literals;
using Words = std::span<const std::string_view>;

// A surname outside the list of common ones is head + tail (or a common one
// when there are no heads).
struct Culture {
  std::uint32_t weight;
  Words given, surnames, heads, tails;
  std::uint32_t middle_percent, double_percent;
};

// clang-format off
constexpr std::array kEnglishGiven{"James"sv,"Mary"sv,"John"sv,"Sarah"sv,"Robert"sv,"Emily"sv,"Michael"sv,"Laura"sv,"David"sv,"Anna"sv,"William"sv,"Karen"sv,"Richard"sv,"Susan"sv,"Thomas"sv,"Rachel"sv,"Mark"sv,"Helen"sv,"Andrew"sv,"Julia"sv,"Paul"sv,"Claire"sv,"Daniel"sv,"Rebecca"sv,"Matthew"sv,"Alice"sv,"Peter"sv,"Megan"sv,"Kevin"sv,"Hannah"sv,"Brian"sv,"Olivia"sv};
constexpr std::array kEnglish{"Smith"sv,"Johnson"sv,"Williams"sv,"Brown"sv,"Jones"sv,"Miller"sv,"Davis"sv,"Wilson"sv,"Anderson"sv,"Taylor"sv,"Thomas"sv,"Moore"sv,"Martin"sv,"Jackson"sv,"Thompson"sv,"White"sv,"Harris"sv,"Clark"sv,"Lewis"sv,"Robinson"sv,"Walker"sv,"Hall"sv,"Young"sv,"King"sv,"Wright"sv,"O'Neill"sv,"Scott"sv,"Green"sv,"McDonald"sv,"Adams"sv};
constexpr std::array kEnglishHeads{"Ash"sv,"Black"sv,"Brad"sv,"Carl"sv,"Crom"sv,"Dun"sv,"Elm"sv,"Fair"sv,"Glen"sv,"Had"sv,"Hart"sv,"Kings"sv,"Lang"sv,"Mar"sv,"Nor"sv,"Oak"sv,"Pem"sv,"Rush"sv,"Shel"sv,"Stan"sv,"Thorn"sv,"Wake"sv,"Whit"sv,"Win"sv};
constexpr std::array kEnglishTails{"ford"sv,"ley"sv,"ton"sv,"wood"sv,"worth"sv,"field"sv,"well"sv,"burn"sv,"combe"sv,"ham"sv,"bridge"sv,"stead"sv,"more"sv,"wick"sv,"land"sv,"croft"sv};
constexpr std::array kGermanGiven{"Hans"sv,"Ursula"sv,"Jürgen"sv,"Sabine"sv,"Stefan"sv,"Katrin"sv,"Wolfgang"sv,"Anja"sv,"Klaus-Peter"sv,"Birgit"sv,"Matthias"sv,"Heike"sv,"Jörg"sv,"Silke"sv,"Andreas"sv,"Petra"sv,"Lukas"sv,"Lena"sv,"Günther"sv,"Ingrid"sv};
constexpr std::array kGerman{"Müller"sv,"Schmidt"sv,"Schneider"sv,"Fischer"sv,"Weber"sv,"Meyer"sv,"Wagner"sv,"Becker"sv,"Schulz"sv,"Hoffmann"sv,"Koch"sv,"Bauer"sv,"Richter"sv,"Klein"sv,"Wolf"sv,"Schröder"sv,"Neumann"sv,"Krüger"sv,"Zimmermann"sv,"Köhler"sv};
constexpr std::array kGermanHeads{"Stein"sv,"Linden"sv,"Rosen"sv,"Hohen"sv,"Eichen"sv,"Brand"sv,"Feld"sv,"Grün"sv,"Alten"sv,"Neu"sv,"Wald"sv,"Berg"sv,"Löwen"sv,"Ober"sv,"Nieder"sv,"Kalten"sv};
constexpr std::array kGermanTails{"mann"sv,"bauer"sv,"berg"sv,"bach"sv,"hof"sv,"feld"sv,"burger"sv,"stein"sv,"thal"sv,"meier"sv,"hausen"sv,"brunner"sv,"wald"sv,"kamp"sv,"städter"sv,"heim"sv};
constexpr std::array kSpanishGiven{"María"sv,"José"sv,"Carmen"sv,"Antonio"sv,"Ana"sv,"Juan"sv,"Lucía"sv,"Carlos"sv,"Elena"sv,"Javier"sv,"Sofía"sv,"Miguel"sv,"Isabel"sv,"Andrés"sv,"Raúl"sv,"Paula"sv,"Jesús"sv,"Inés"sv,"Luis"sv,"Beatriz"sv};
constexpr std::array kSpanish{"García"sv,"Martínez"sv,"Rodríguez"sv,"López"sv,"Hernández"sv,"González"sv,"Pérez"sv,"Sánchez"sv,"Ramírez"sv,"Torres"sv,"Flores"sv,"Díaz"sv,"Muñoz"sv,"Ruiz"sv,"Gómez"sv,"de la Cruz"sv,"Castro"sv,"Ortiz"sv,"Vázquez"sv,"del Río"sv};
constexpr std::array kSpanishHeads{"Alar"sv,"Beni"sv,"Carr"sv,"Ech"sv,"Fuen"sv,"Gal"sv,"Iba"sv,"Mont"sv,"Olm"sv,"Pal"sv,"Quint"sv,"Sal"sv,"Ter"sv,"Ull"sv,"Vill"sv,"Zab"sv};
constexpr std::array kSpanishTails{"ero"sv,"eda"sv,"ano"sv,"era"sv,"aga"sv,"enes"sv,"arri"sv,"osa"sv,"alba"sv,"avente"sv,"illo"sv,"ona"sv,"edo"sv,"ález"sv,"uño"sv,"ías"sv};
constexpr std::array kPortugueseGiven{"João"sv,"Ana"sv,"Pedro"sv,"Maria"sv,"Luís"sv,"Mariana"sv,"Rafael"sv,"Camila"sv,"Gustavo"sv,"Fernanda"sv,"Thiago"sv,"Larissa"sv,"Paulo"sv,"Letícia"sv,"André"sv,"Beatriz"sv};
constexpr std::array kPortuguese{"Silva"sv,"Santos"sv,"da Silva"sv,"dos Santos"sv,"Oliveira"sv,"Souza"sv,"de Souza"sv,"Lima"sv,"Pereira"sv,"Ferreira"sv,"Alves"sv,"Ribeiro"sv,"Carvalho"sv,"de Almeida"sv,"Gomes"sv,"Rocha"sv,"Araújo"sv,"Neto"sv,"Barbosa"sv,"Gonçalves"sv};
constexpr std::array kFrenchGiven{"Jean"sv,"Marie"sv,"Pierre"sv,"Jean-Pierre"sv,"Sophie"sv,"François"sv,"Hélène"sv,"Michel"sv,"Céline"sv,"Étienne"sv,"Aurélie"sv,"Marie-Claude"sv,"Benoît"sv,"Camille"sv,"Nicolas"sv,"Élodie"sv};
constexpr std::array kFrench{"Martin"sv,"Bernard"sv,"Dubois"sv,"Petit"sv,"Durand"sv,"Leroy"sv,"Moreau"sv,"Simon"sv,"Laurent"sv,"Lefèvre"sv,"Roux"sv,"Fournier"sv,"Girard"sv,"Bonnet"sv,"de la Fontaine"sv,"Lambert"sv};
constexpr std::array kFrenchHeads{"Beau"sv,"Mont"sv,"Cha"sv,"Bel"sv,"Clair"sv,"Des"sv,"Fort"sv,"Gran"sv,"Lam"sv,"Mal"sv,"Rou"sv,"Saint-"sv,"Ville"sv,"Cour"sv,"Per"sv,"Vau"sv};
constexpr std::array kFrenchTails{"mont"sv,"lier"sv,"court"sv,"champ"sv,"rieux"sv,"val"sv,"ville"sv,"reau"sv,"tier"sv,"gny"sv,"neuf"sv,"tel"sv,"det"sv,"berge"sv,"clerc"sv,"nac"sv};
constexpr std::array kDutchGiven{"Jan"sv,"Anneke"sv,"Pieter"sv,"Saskia"sv,"Willem"sv,"Marijke"sv,"Hendrik"sv,"Femke"sv,"Jan-Willem"sv,"Ilse"sv,"Bram"sv,"Sanne"sv};
constexpr std::array kDutch{"de Vries"sv,"Jansen"sv,"van den Berg"sv,"Bakker"sv,"van Dijk"sv,"Visser"sv,"Smit"sv,"Mulder"sv,"van der Meer"sv,"de Boer"sv,"Dekker"sv,"van Leeuwen"sv,"Brouwer"sv,"ter Braak"sv};
constexpr std::array kNordicGiven{"Lars"sv,"Ingrid"sv,"Erik"sv,"Astrid"sv,"Bjørn"sv,"Åsa"sv,"Søren"sv,"Karin"sv,"Jón"sv,"Guðrún"sv,"Mikael"sv,"Hanna"sv,"Öyvind"sv,"Päivi"sv,"Jussi"sv,"Kirsten"sv};
constexpr std::array kNordic{"Andersson"sv,"Johansson"sv,"Hansen"sv,"Nielsen"sv,"Jensen"sv,"Larsen"sv,"Olsen"sv,"Karlsson"sv,"Lindström"sv,"Virtanen"sv,"Korhonen"sv,"Sørensen"sv,"Jónsson"sv,"Nilsson"sv};
constexpr std::array kNordicHeads{"Lind"sv,"Berg"sv,"Sund"sv,"Norr"sv,"Öster"sv,"Väster"sv,"Hägg"sv,"Ek"sv,"Ström"sv,"Söder"sv,"Dal"sv,"Sjö"sv};
constexpr std::array kNordicTails{"gren"sv,"qvist"sv,"lund"sv,"mark"sv,"berg"sv,"dahl"sv,"holm"sv,"vall"sv,"blad"sv,"sen"sv,"ås"sv,"bäck"sv};
constexpr std::array kSlavicGiven{"Ivan"sv,"Olga"sv,"Dmitri"sv,"Elena"sv,"Sergei"sv,"Natalia"sv,"Piotr"sv,"Agnieszka"sv,"Jiří"sv,"Kateřina"sv,"Oleksandr"sv,"Marko"sv,"Ana"sv,"Łukasz"sv,"Vladimír"sv,"Tatiana"sv,"Goran"sv,"Iryna"sv};
constexpr std::array kSlavic{"Ivanov"sv,"Petrov"sv,"Novák"sv,"Kowalski"sv,"Nowak"sv,"Horvat"sv,"Popović"sv,"Kuznetsov"sv,"Wiśniewska"sv,"Svoboda"sv,"Smirnov"sv,"Jovanović"sv,"Shevchenko"sv,"Dvořák"sv};
constexpr std::array kSlavicHeads{"Bel"sv,"Grom"sv,"Kras"sv,"Lev"sv,"Mor"sv,"Nov"sv,"Ostr"sv,"Pol"sv,"Rad"sv,"Sok"sv,"Tarn"sv,"Volk"sv,"Zab"sv,"Zhur"sv,"Chern"sv,"Dobr"sv};
constexpr std::array kSlavicTails{"ov"sv,"enko"sv,"owski"sv,"ić"sv,"ík"sv,"evich"sv,"insky"sv,"ola"sv,"anov"sv,"ák"sv,"uk"sv,"ovic"sv,"ewicz"sv,"ulin"sv,"chuk"sv,"ar"sv};
constexpr std::array kItalianGiven{"Marco"sv,"Giulia"sv,"Luca"sv,"Francesca"sv,"Andrea"sv,"Chiara"sv,"Giuseppe"sv,"Elisa"sv,"Paolo"sv,"Maria Grazia"sv,"Niccolò"sv,"Silvia"sv};
constexpr std::array kItalian{"Rossi"sv,"Russo"sv,"Ferrari"sv,"Esposito"sv,"Bianchi"sv,"Romano"sv,"Colombo"sv,"Ricci"sv,"Marino"sv,"Greco"sv,"De Luca"sv,"D'Angelo"sv,"Conti"sv,"Di Stefano"sv};
constexpr std::array kItalianHeads{"Bel"sv,"Cas"sv,"Fior"sv,"Gal"sv,"Lom"sv,"Man"sv,"Mont"sv,"Pal"sv,"San"sv,"Tor"sv,"Val"sv,"Zan"sv};
constexpr std::array kItalianTails{"ucci"sv,"etti"sv,"ini"sv,"ardi"sv,"oni"sv,"elli"sv,"ano"sv,"ese"sv,"otti"sv,"avecchia"sv,"alupi"sv,"esi"sv};
constexpr std::array kChineseGiven{"Wei"sv,"Xin"sv,"Jing"sv,"Li"sv,"Yan"sv,"Min"sv,"Jun"sv,"Lei"sv,"Yu"sv,"Hui"sv,"Xiaoming"sv,"Yifan"sv,"Zhiqiang"sv,"Xiao-Ling"sv,"Jianhua"sv,"Yuting"sv,"Haoran"sv,"Meng"sv,"Qing"sv,"Tao"sv,"Ruoxi"sv,"Ning"sv,"Shu-Fen"sv,"Bo"sv,"Chen"sv,"Dandan"sv};
constexpr std::array kChinese{"Wang"sv,"Li"sv,"Zhang"sv,"Liu"sv,"Chen"sv,"Yang"sv,"Huang"sv,"Zhao"sv,"Wu"sv,"Zhou"sv,"Xu"sv,"Sun"sv,"Ma"sv,"Zhu"sv,"Hu"sv,"Guo"sv,"He"sv,"Lin"sv,"Gao"sv,"Luo"sv,"Zheng"sv,"Liang"sv,"Xie"sv,"Song"sv,"Tang"sv,"Feng"sv,"Deng"sv,"Cao"sv,"Peng"sv,"Zeng"sv,"Xiao"sv,"Tian"sv,"Dong"sv,"Pan"sv,"Yuan"sv,"Du"sv,"Ouyang"sv,"Lü"sv};
constexpr std::array kKoreanGiven{"Min-Jun"sv,"Ji-Woo"sv,"Seo-Yeon"sv,"Young-Ho"sv,"Hyun"sv,"Jin"sv,"Sang-Hoon"sv,"Eunji"sv,"Do-Young"sv,"Soo"sv,"Kyung-Hee"sv,"Jae"sv};
constexpr std::array kKorean{"Kim"sv,"Lee"sv,"Park"sv,"Choi"sv,"Jung"sv,"Kang"sv,"Cho"sv,"Yoon"sv,"Jang"sv,"Lim"sv,"Han"sv,"Shin"sv,"Seo"sv,"Kwon"sv,"Hwang"sv,"Ahn"sv};
constexpr std::array kJapaneseGiven{"Hiroshi"sv,"Yuko"sv,"Takeshi"sv,"Akiko"sv,"Kenji"sv,"Naoko"sv,"Satoshi"sv,"Yumi"sv,"Kazuo"sv,"Emi"sv,"Daisuke"sv,"Haruka"sv,"Shin'ichi"sv,"Ryo"sv};
constexpr std::array kJapanese{"Sato"sv,"Suzuki"sv,"Takahashi"sv,"Tanaka"sv,"Watanabe"sv,"Ito"sv,"Yamamoto"sv,"Nakamura"sv,"Kobayashi"sv,"Kato"sv,"Yoshida"sv,"Yamada"sv,"Sasaki"sv,"Mori"sv};
constexpr std::array kJapaneseHeads{"Yama"sv,"Kawa"sv,"Naka"sv,"Taka"sv,"Matsu"sv,"Fuji"sv,"Ishi"sv,"Mura"sv,"Hara"sv,"Oka"sv,"Shima"sv,"Miya"sv,"Kita"sv,"Nishi"sv,"Hiro"sv,"Ue"sv};
constexpr std::array kJapaneseTails{"moto"sv,"da"sv,"guchi"sv,"shita"sv,"mura"sv,"no"sv,"saki"sv,"yama"sv,"hashi"sv,"oka"sv,"ta"sv,"zawa"sv,"ki"sv,"numa"sv,"bayashi"sv,"be"sv};
constexpr std::array kIndianGiven{"Amit"sv,"Priya"sv,"Rajesh"sv,"Anjali"sv,"Sanjay"sv,"Deepa"sv,"Vikram"sv,"Kavita"sv,"Suresh"sv,"Lakshmi"sv,"Arun"sv,"Meera"sv,"Ravi"sv,"Shreya"sv,"Mohammed"sv,"Nisha"sv};
constexpr std::array kIndian{"Kumar"sv,"Singh"sv,"Sharma"sv,"Gupta"sv,"Patel"sv,"Das"sv,"Roy"sv,"Khan"sv,"Reddy"sv,"Nair"sv,"Rao"sv,"Mishra"sv,"Verma"sv,"Banerjee"sv};
constexpr std::array kIndianHeads{"Bhatt"sv,"Chakra"sv,"Krishna"sv,"Rama"sv,"Venkat"sv,"Subra"sv,"Nara"sv,"Dev"sv,"Maha"sv,"Raj"sv,"Sri"sv,"Vish"sv};
constexpr std::array kIndianTails{"murthy"sv,"swamy"sv,"nathan"sv,"yanan"sv,"acharya"sv,"mani"sv,"rajan"sv,"kanti"sv,"endra"sv,"lingam"sv,"pathi"sv,"esh"sv};
constexpr std::array kArabicGiven{"Mohamed"sv,"Fatima"sv,"Ahmed"sv,"Aisha"sv,"Omar"sv,"Layla"sv,"Hassan"sv,"Mariam"sv,"Yusuf"sv,"Noura"sv,"Abd al-Qader"sv,"Salma"sv,"Khalid"sv,"Zeynep"sv,"Mehmet"sv,"Ayşe"sv};
constexpr std::array kArabic{"Ali"sv,"Hassan"sv,"Ahmed"sv,"Ibrahim"sv,"al-Sayed"sv,"El Amrani"sv,"Mansour"sv,"bin Saleh"sv,"Yılmaz"sv,"Demir"sv,"Şahin"sv,"Haddad"sv,"Khalil"sv,"Nasser"sv};
constexpr std::array kArabicHeads{"al-Bagh"sv,"al-Kha"sv,"Sham"sv,"Mur"sv,"Kara"sv,"Öz"sv,"Ben"sv,"Bou"sv,"Tar"sv,"Zah"sv,"Had"sv,"Raf"sv};
constexpr std::array kArabicTails{"dadi"sv,"tib"sv,"rani"sv,"demir"sv,"oğlu"sv,"kaya"sv,"zid"sv,"man"sv,"ouni"sv,"azi"sv,"lawi"sv,"han"sv};
constexpr std::array kAfricanGiven{"Chidi"sv,"Amina"sv,"Kwame"sv,"Ngozi"sv,"Thabo"sv,"Zanele"sv,"Ifeoma"sv,"Kofi"sv,"Oluwaseun"sv,"Tendai"sv,"Wanjiru"sv,"Abebe"sv};
constexpr std::array kAfrican{"Okafor"sv,"Mensah"sv,"Dlamini"sv,"Nkosi"sv,"Adeyemi"sv,"Diallo"sv,"Mwangi"sv,"Tesfaye"sv,"Owusu"sv,"Ndlovu"sv,"Traoré"sv,"Abubakar"sv};
constexpr std::array kAfricanHeads{"Ade"sv,"Oku"sv,"Nwa"sv,"Mba"sv,"Odu"sv,"Kam"sv,"Tshi"sv,"Ola"sv,"Eze"sv,"Chi"sv,"Mwa"sv,"Ba"sv};
constexpr std::array kAfricanTails{"bayo"sv,"kwe"sv,"nkwo"sv,"tola"sv,"ngwa"sv,"vhu"sv,"bele"sv,"jide"sv,"karanga"sv,"rimi"sv,"seko"sv,"dike"sv};

constexpr Culture kCultures[] = {
    {22, kEnglishGiven, kEnglish, kEnglishHeads, kEnglishTails, 55, 3},
    {9, kGermanGiven, kGerman, kGermanHeads, kGermanTails, 10, 3},
    {8, kSpanishGiven, kSpanish, kSpanishHeads, kSpanishTails, 15, 35},
    {5, kPortugueseGiven, kPortuguese, kSpanishHeads, kSpanishTails, 45, 20},
    {5, kFrenchGiven, kFrench, kFrenchHeads, kFrenchTails, 8, 3},
    {4, kDutchGiven, kDutch, kGermanHeads, kGermanTails, 20, 3},
    {5, kNordicGiven, kNordic, kNordicHeads, kNordicTails, 12, 3},
    {8, kSlavicGiven, kSlavic, kSlavicHeads, kSlavicTails, 20, 2},
    {5, kItalianGiven, kItalian, kItalianHeads, kItalianTails, 5, 2},
    {13, kChineseGiven, kChinese, {}, {}, 0, 0},
    {4, kKoreanGiven, kKorean, {}, {}, 0, 0},
    {5, kJapaneseGiven, kJapanese, kJapaneseHeads, kJapaneseTails, 0, 0},
    {6, kIndianGiven, kIndian, kIndianHeads, kIndianTails, 30, 0},
    {4, kArabicGiven, kArabic, kArabicHeads, kArabicTails, 15, 0},
    {3, kAfricanGiven, kAfrican, kAfricanHeads, kAfricanTails, 25, 2},
};
constexpr std::array kParticles{"van"sv,"von"sv,"der"sv,"den"sv,"de"sv,"del"sv,"della"sv,"di"sv,"da"sv,"dos"sv,"das"sv,"la"sv,"le"sv,"ter"sv,"ten"sv,"zu"sv,"al"sv,"el"sv,"bin"sv,"ibn"sv,"do"sv,"du"sv};
// clang-format on

constexpr std::uint32_t total_weight() {
  std::uint32_t total = 0;
  for (const Culture& culture : kCultures) total += culture.weight;
  return total;
}

const Culture& pick_culture(Random& random) {
  std::uint32_t left = random.below(total_weight());
  for (const Culture& culture : kCultures) {
    if (left < culture.weight) return culture;
    left -= culture.weight;
  }
  return kCultures[0];
}

std::string surname(const Culture& culture, Random& random, double common) {
  if (culture.heads.empty() || random.chance(common))
    return std::string(culture.surnames[random.skewed(
        static_cast<std::uint32_t>(culture.surnames.size()))]);
  std::string out(random.pick(culture.heads));
  out += random.pick(culture.tails);
  return out;
}

bool is_particle(std::string_view word) {
  for (const std::string_view particle : kParticles)
    if (word == particle) return true;
  return false;
}

std::vector<std::string_view> split(std::string_view text,
                                    std::string_view at) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end =
        std::min(text.find_first_of(at, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// The first character of UTF-8 text.
std::string_view first_letter(std::string_view text) {
  std::size_t end = text.empty() ? 0 : 1;
  while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
  return text.substr(0, end);
}

void append_initials(std::string_view given, std::string& out) {
  for (const std::string_view word : split(given, " ")) {
    if (!out.empty()) out += ' ';
    bool follows = false;
    for (const std::string_view part : split(word, "-")) {
      if (follows) out += '-';
      out += first_letter(part);
      out += '.';
      follows = true;
    }
  }
}

// Base letters of U+00C0 … U+017F; '\0' where there is none or more than one.
constexpr std::string_view kBases =
    "AAAAAA\0CEEEEIIIIDNOOOOO\0OUUUUY\0\0aaaaaa\0ceeeeiiiidnooooo\0ouuuuy\0y"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi\0\0JjKk\0LlLlLl\0\0Ll"
    "NnNnNn\0\0\0OoOoOo\0\0RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"sv;

}  // namespace

Name invented_name(Random random, double common_names) {
  const Culture& culture = pick_culture(random);
  Name name;
  name.given = culture.given[random.skewed(
      static_cast<std::uint32_t>(culture.given.size()))];
  name.family = surname(culture, random, common_names);
  if (random.below(100) < culture.double_percent)
    name.family += (random.below(2) == 0 ? " " : "-") +
                   surname(culture, random, common_names);
  if (random.below(100) < culture.middle_percent) {
    const std::string_view middle = random.pick(culture.given);
    name.middle = random.below(3) == 0 ? middle : first_letter(middle);
  }
  return name;
}

Name name_of_text(std::string_view text) {
  const auto words = split(text, " \t\n\r");
  Name name;
  if (words.empty()) return name;
  std::size_t family = words.size() - 1;
  while (family > 1 && is_particle(words[family - 1])) --family;
  if (family > 0) name.given = words[0];
  for (std::size_t i = 1; i < family; ++i)
    (name.middle += i > 1 ? " " : "") += words[i];
  for (std::size_t i = family; i < words.size(); ++i)
    (name.family += i > family ? " " : "") += words[i];
  return name;
}

std::string given_names(const Name& name, NameForm form, bool short_middle) {
  std::string out;
  if (form == NameForm::initials) {
    append_initials(name.given, out);
    append_initials(name.middle, out);
    return out;
  }
  out = name.given;
  if (name.middle.empty()) return out;
  if (short_middle || first_letter(name.middle) == name.middle) {
    append_initials(name.middle, out);
    return out;
  }
  return out + ' ' + name.middle;
}

std::string display_name(const Name& name, NameForm form, bool short_middle) {
  std::string out = given_names(name, form, short_middle);
  if (!out.empty()) out += ' ';
  return out + name.family;
}

std::string without_accents(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0xC3 || lead > 0xC5 || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const std::size_t letter =
        (lead & 31u) * 64 + (static_cast<unsigned char>(text[i + 1]) & 63u);
    const char base = kBases[letter - 192];
    if (base != '\0')
      out += base;
    else
      out += text.substr(i, 2);
    ++i;
  }
  return out;
}

}  // namespace dmp::synth
