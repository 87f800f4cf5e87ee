/** The demo shop's goods. Prices in whole dollars. */
export interface Product {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly brand: string;
  readonly price: number;
  readonly tagline: string;
  readonly description: string;
}

export const PRODUCTS: readonly Product[] = [
  {
    id: "tide-mug",
    sku: "TM-301",
    name: "Tide Mug",
    category: "Kitchen",
    brand: "Coveside",
    price: 24,
    tagline: "Stoneware, 350 ml",
    description: "Thrown by hand, glazed the grey-green of the bay. Keeps its heat long enough for a slow second half.",
  },
  {
    id: "harbour-lamp",
    sku: "HL-118",
    name: "Harbour Lamp",
    category: "Lighting",
    brand: "Coveside",
    price: 89,
    tagline: "Dimmable, brass stem",
    description: "A small light for the end of the table. Warm as a window seen from the water.",
  },
  {
    id: "drift-throw",
    sku: "DT-052",
    name: "Drift Throw",
    category: "Living",
    brand: "Coveside",
    price: 64,
    tagline: "Merino, 130 × 180 cm",
    description: "Heavy enough to stay where you put it, light enough to take outside when the fog comes in.",
  },
  {
    id: "log-book",
    sku: "LB-007",
    name: "Log Book",
    category: "Desk",
    brand: "Coveside",
    price: 16,
    tagline: "192 pages, dotted",
    description: "Lies flat, takes ink, and forgets nothing you write in it. Nor does the collector behind this page.",
  },
];
