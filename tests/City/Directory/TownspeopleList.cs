namespace VdiBroker.City.Directory;

/// <summary>
/// The invented people of the four bodies: <c>First|Last: groups</c>, no groups = in none. The first of each body is the one that demos
/// speak of. Names carry what French directories carry: accents, hyphens, apostrophes, particles.
/// </summary>
internal static class TownspeopleList
{
    public static readonly (string Tenant, string People)[] Bodies =
    [
        ("drancy", """
            Amélie|Durand: agents accueil
            Rachid|Benali: agents
            Françoise|Lefèvre: agents elus
            Jean-Noël|Mercier: agents
            Zoé|Chaîné: agents accueil
            Éric|Delacroix: elus
            Aïcha|Traoré: agents
            Loïc|Le Goff: agents
            Bénédicte|de La Tour: elus
            Mamadou|Diallo: agents
            Hélène|Préfontaine: agents accueil
            Théo|Garçon: stagiaires
            Inès|Nuñez: stagiaires
            Côme|Vœltzel: eleves
            Léa|Bézier: eleves
            Gaëtan|Sanschagrin:
            """),
        ("le-bourget", """
            Karim|Haddad: agents
            Océane|Petit: agents accueil
            Anne-Sophie|D'Almeida: agents elus
            Jérôme|Bouÿ: agents
            Noémie|L'Hermitte: accueil
            François-Xavier|Roux: elus
            Fatou|N'Diaye: agents
            Gérard|Müller: agents
            Chloé|Évrard: agents
            Stéphane|Guérin: agents
            Maëlys|Fontaine: stagiaires
            Yanis|Belkacem: stagiaires
            Solène|Hervé: agents
            Père|Noël:
            """),
        ("dugny", """
            Émilie|Marchand: agents accueil
            Olivier|Géraud: agents
            Thérèse|Lacaze: elus
            Raphaël|Da Silva: agents
            Nadège|Ouédraogo: agents
            Hervé|Château: elus agents
            Joséphine|Brûlé: accueil
            Mickaël|Pérez: agents
            Adèle|Rivière: stagiaires
            Lucien|Hénault: agents
            Clémence|Aubé: agents
            Idriss|Cissé: agents
            Eugénie|Forêt: agents
            """),
        ("habitat", """
            Sylvie|Moreau: agents accueil
            Benoît|Lemaître: agents
            Céline|Boulanger: agents gardiens
            Désiré|Kouassi: gardiens
            Agnès|Vidal: agents
            Frédéric|Lévêque: agents
            Ghislaine|Crépin: accueil
            André|Barthélemy: gardiens
            Valérie|Faÿ: agents
            Ludovic|O'Reilly: agents
            Marie-Ève|Tremblay: agents
            Édouard|Cœur: elus
            Maïmouna|Sissoko: stagiaires
            Régis|Blanc: gardiens
            Pénélope|Garnier: agents
            """),
    ];
}
