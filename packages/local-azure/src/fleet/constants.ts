/** Ids and names of the demo fleet. */
export const CONTOSO_SUBSCRIPTION_ID = "3e6f0c8a-52b7-4d19-a4c3-9f81d27b5001";
export const CONTOSO_SUBSCRIPTION_NAME = "Contoso Production";
export const FLEET_LOCATION = "westeurope";
export const COMMERCE_GROUP = "commerce-rg";
export const PLATFORM_GROUP = "platform-rg";
