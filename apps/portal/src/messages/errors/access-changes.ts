/** Errors of changes of teams, roles and users, by the code that they belong to. */
export const accessChangeReasons = {
  en: {
    INPUT_INVALID: {
      "organisation-role": {
        message: "Only the roles Owner and Auditor can be held in the whole organization.",
        action: "Choose one of these roles, or a team.",
      },
      "role-of-other-team": {
        message: "This custom role belongs to another team.",
        action: "Choose a role of this team, or one that every team can use.",
      },
    },
    NOT_FOUND: {
      role: { message: "There is no role {role} that you can see.", action: "Check the list of roles." },
      member: {
        message: "This role is no longer held, or you cannot see it.",
        action: "Reload the members of the team.",
      },
      scope: { message: "The team {team} has no such scope.", action: "Reload the scopes of the team." },
      session: {
        message: "There is no such session, or it has ended.",
        action: "Reload the list of sessions.",
      },
      person: {
        message: "No user named {person} has signed in to Kluis.",
        action: "Check the user name, or ask the person to sign in once.",
      },
    },
    CONFLICT: {
      "last-owner": {
        message: "No one who can sign in would be an owner of the organization.",
        action: "Make another person an owner first, or a group with a person who has signed in.",
      },
      "access-limit": {
        message: "There are already {most, number} of these.",
        action: "Remove one that is not used, or use a group.",
      },
      "team-name-taken": { message: "There is already a team named {team}.", action: "Choose another name." },
      "team-has-policies": {
        message: "The team {team} has {count, plural, one {# policy} other {# policies}}: {policies}.",
        action: "Choose the team that gets them, or offer them to every team.",
      },
      "team-policies-outside": {
        message:
          "Policies of {team} protect {vms, plural, one {# VM} other {# VMs}} that {target} does not reach.",
        action: "Choose a team that reaches them, or offer the policies to every team.",
      },
      "scope-known": { message: "The team {team} already has this scope.", action: "" },
      "role-held-already": { message: "{holder} already has the role {role} here.", action: "" },
      "role-name-taken": { message: "There is already a role named {role}.", action: "Choose another name." },
      "role-in-use": {
        message: "The role {role} is held {count, plural, one {once} other {# times}}.",
        action: "Take it away from its holders first.",
      },
      "person-ambiguous": {
        message: "Several users have the user name {person}.",
        action: "Use the ID of the user.",
      },
    },
    FORBIDDEN: {
      "token-limited": {
        message: "A token without the permission self cannot list or end sessions and tokens.",
        action: "Sign in to the portal and use Settings.",
      },
      "token-creates-tokens": {
        message: "A token cannot create tokens.",
        action: "Sign in to the portal and create it under Settings.",
      },
      "token-permission": {
        message: "A token cannot have the permission {permission}, because you do not have it.",
        action: "Remove this permission.",
      },
      "own-account": {
        message: "This account is your own, or linked to yours.",
        action: "Ask another owner to make this change.",
      },
      "own-role": {
        message: "This role is your own, or that of a group that you are in.",
        action: "Ask another person who manages the members to make this change.",
      },
      "grant-more-than-held": {
        message: "You do not hold the permission {permission} here, so you can neither give nor take it.",
        action: "Ask an owner to make this change.",
      },
    },
  },
  nl: {
    INPUT_INVALID: {
      "organisation-role": {
        message: "Alleen de rollen Eigenaar en Auditor kunnen voor de hele organisatie gelden.",
        action: "Kies een van deze rollen of een team.",
      },
      "role-of-other-team": {
        message: "Deze eigen rol is van een ander team.",
        action: "Kies een rol van dit team of een rol voor alle teams.",
      },
    },
    NOT_FOUND: {
      role: { message: "Er is geen rol {role} die u kunt zien.", action: "Controleer de lijst met rollen." },
      member: {
        message: "Deze rol is niet meer toegekend of u kunt haar niet zien.",
        action: "Laad de leden van het team opnieuw.",
      },
      scope: {
        message: "Het team {team} heeft dit bereik niet.",
        action: "Laad het bereik van het team opnieuw.",
      },
      session: {
        message: "Deze sessie bestaat niet of is al beëindigd.",
        action: "Laad de lijst met sessies opnieuw.",
      },
      person: {
        message: "Geen gebruiker met de naam {person} heeft zich bij Kluis aangemeld.",
        action: "Controleer de gebruikersnaam of vraag de persoon zich één keer aan te melden.",
      },
    },
    CONFLICT: {
      "last-owner": {
        message: "Niemand die zich kan aanmelden zou nog eigenaar van de organisatie zijn.",
        action: "Maak eerst iemand anders eigenaar, of een groep met iemand die zich heeft aangemeld.",
      },
      "access-limit": {
        message: "Hiervan zijn er al {most, number}.",
        action: "Verwijder er een die niet wordt gebruikt of gebruik een groep.",
      },
      "team-name-taken": {
        message: "Er is al een team met de naam {team}.",
        action: "Kies een andere naam.",
      },
      "team-has-policies": {
        message:
          "Het team {team} heeft {count, plural, one {# beleidsregel} other {# beleidsregels}}: {policies}.",
        action: "Kies het team dat ze krijgt of bied ze aan alle teams aan.",
      },
      "team-policies-outside": {
        message:
          "Beleid van {team} beveiligt {vms, plural, one {# VM} other {# VM’s}} buiten het bereik van {target}.",
        action: "Kies een team dat ze bereikt of bied het beleid aan alle teams aan.",
      },
      "scope-known": { message: "Het team {team} heeft dit bereik al.", action: "" },
      "role-held-already": { message: "{holder} heeft hier de rol {role} al.", action: "" },
      "role-name-taken": { message: "Er is al een rol met de naam {role}.", action: "Kies een andere naam." },
      "role-in-use": {
        message: "De rol {role} is {count, plural, one {één keer} other {# keer}} toegekend.",
        action: "Neem haar eerst af van wie haar heeft.",
      },
      "person-ambiguous": {
        message: "Meer dan één gebruiker heeft de gebruikersnaam {person}.",
        action: "Gebruik de ID van de gebruiker.",
      },
    },
    FORBIDDEN: {
      "token-limited": {
        message: "Een token zonder de machtiging self kan geen sessies en tokens tonen of beëindigen.",
        action: "Meld u aan bij de portal en gebruik Instellingen.",
      },
      "token-creates-tokens": {
        message: "Een token kan geen tokens maken.",
        action: "Meld u aan bij de portal en maak het bij Instellingen.",
      },
      "token-permission": {
        message: "Een token kan de machtiging {permission} niet hebben, omdat u die zelf niet hebt.",
        action: "Verwijder deze machtiging.",
      },
      "own-account": {
        message: "Dit account is van uzelf of aan het uwe gekoppeld.",
        action: "Vraag een andere eigenaar om deze wijziging.",
      },
      "own-role": {
        message: "Deze rol is van uzelf of van een groep waar u in zit.",
        action: "Vraag iemand anders die de leden beheert om deze wijziging.",
      },
      "grant-more-than-held": {
        message: "U hebt het recht {permission} hier niet, dus u kunt het niet geven en niet afnemen.",
        action: "Vraag een eigenaar om deze wijziging.",
      },
    },
  },
} as const;
